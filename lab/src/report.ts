// One page of everything a run has seen, for people: no script, nothing from elsewhere.
import type { Finding, Figure, Outcome } from './verdict.js';

/** One scenario's outcome and its drawn timeline. */
export interface ReportedRun {
  /** Of the machines: `trixie-arm64`. */
  readonly platform: string;
  readonly outcome: Outcome;
  /** An SVG element. */
  readonly timeline: string;
}

/** The page, as one HTML file. */
export function reportPage(runs: readonly ReportedRun[]): string {
  const passed = runs.filter(({ outcome }) => outcome.passed).length;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>The two-Pi lab</title>
<style>${styles}</style>
</head>
<body>
<header>
<h1>The two-Pi lab</h1>
<p>Two virtual Raspberry Pis, each on a virtual slee-Pi 3, cross-wired CN5 to CN4, with the real corosync, Pacemaker, pcs
and docker of Debian. What must be seen in each scenario, what was seen, and when.</p>
<p class="sum">${passed} of ${runs.length} scenarios passed.</p>
</header>
<table class="contents">
<thead><tr><th>Scenario</th><th>Verdict</th><th>Took</th></tr></thead>
<tbody>
${runs.map(contentsRow).join('\n')}
</tbody>
</table>
${runs.map(section).join('\n')}
</body>
</html>
`;
}

const nameOf = ({ platform, outcome }: ReportedRun): string => escape(`${outcome.scenario} on ${platform}`);

const contentsRow = (run: ReportedRun): string =>
  `<tr><td><a href="#${nameOf(run).replaceAll(' ', '-')}">${nameOf(run)}</a></td><td>${badge(run.outcome)}</td><td>${run.outcome.duration} s</td></tr>`;

function section(run: ReportedRun): string {
  const { outcome, timeline } = run;
  return `<section id="${nameOf(run).replaceAll(' ', '-')}">
<h2>${nameOf(run)} ${badge(outcome)}</h2>
<p>${escape(sentence(outcome.mustSee))}</p>
${outcome.error === undefined ? '' : `<p class="error">It broke off: ${escape(outcome.error)}</p>`}
<ul class="findings">${outcome.findings.map(findingItem).join('')}</ul>
${outcome.figures.length === 0 ? '' : `<table class="figures"><tbody>${outcome.figures.map(figureRow).join('')}</tbody></table>`}
<figure>${asImage(timeline)}</figure>
</section>`;
}

const findingItem = ({ what, seen, detail }: Finding): string =>
  `<li class="${seen ? 'seen' : 'missing'}"><span class="mark">${seen ? 'seen' : 'not seen'}</span> ${escape(what)}${
    detail === undefined || detail === '' ? '' : ` <span class="detail">${escape(detail)}</span>`
  }</li>`;

const figureRow = ({ name, value, unit }: Figure): string =>
  `<tr><td>${escape(name)}</td><td class="number">${value}${unit === '' ? '' : ` ${unit}`}</td></tr>`;

const badge = ({ passed }: Outcome): string =>
  passed ? '<span class="badge good">passed</span>' : '<span class="badge bad">failed</span>';

/** An image of its own, so that ids and styles of one timeline do not meet those of another. */
const asImage = (svg: string): string =>
  `<img alt="Timeline" src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}">`;

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const styles = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5d6b7c; --paper: #fff; --line: #dde3ea; --good: #1a7f4b; --bad: #c0312b; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebf1; --soft: #9aa7b6; --paper: #12171d; --line: #2b343f; --good: #4cc38a; --bad: #ff7b72; }
}
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 76rem; color: var(--ink); background: var(--paper);
  font: 16px/1.55 system-ui, sans-serif; }
header p { max-width: 46rem; }
h1 { margin: 0 0 .5rem; font-size: 1.9rem; }
h2 { margin: 0 0 .25rem; font-size: 1.3rem; }
.sum { font-weight: 600; }
section { margin-top: 2.5rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
table { border-collapse: collapse; }
th { text-align: left; color: var(--soft); font-weight: 600; }
td, th { padding: .2rem 1.5rem .2rem 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.badge { padding: .05rem .55rem; border: 1px solid; border-radius: 1rem; font-size: .8rem; font-weight: 600; vertical-align: middle; }
.good, .seen .mark { color: var(--good); }
.bad, .missing .mark, .error { color: var(--bad); }
.findings { margin: .75rem 0; padding: 0; list-style: none; }
.mark { display: inline-block; min-width: 5rem; font-weight: 600; }
.detail { color: var(--soft); }
figure { margin: 1rem 0 0; overflow-x: auto; }
img { width: 100%; min-width: 48rem; height: auto; }
a { color: inherit; }
`;

// doctor's report for people.
import { type Colours, wrap } from '@sleepi3/program';
import type { Finding } from './check.js';
import type { Examination } from './examine.js';

const width = 96;

/** The report on the nodes that were looked at. */
export function showReport(
  examinations: readonly Examination[],
  findings: readonly Finding[],
  colour: Colours,
): string {
  const lines: string[] = [];
  for (const { node, facts, checked } of examinations) {
    lines.push(colour.strong(node) + colour.faint(` (${checked.length} checks)`));
    for (const [name, value] of Object.entries(facts)) lines.push(colour.faint(`  ${name}: ${value}`));
  }
  for (const finding of findings) {
    const paint = { error: colour.bad, warning: colour.change, note: colour.faint }[finding.severity];
    const where = finding.node === undefined ? '' : `${finding.node}: `;
    lines.push(
      '',
      `${paint(finding.severity)}  ${colour.strong(`${where}${finding.fact}`)} ${colour.faint(`[${finding.check}]`)}`,
      ...wrap(finding.why, width).map((line) => `  ${line}`),
      ...finding.fix.map((line) => colour.good(`  → ${line}`)),
    );
  }
  lines.push('', summary(findings, colour));
  return `${lines.join('\n')}\n`;
}

function summary(findings: readonly Finding[], colour: Colours): string {
  if (findings.length === 0) return colour.good('Nothing is wrong.');
  return (['error', 'warning', 'note'] as const)
    .flatMap((severity) => {
      const count = findings.filter((finding) => finding.severity === severity).length;
      return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`];
    })
    .join(', ');
}

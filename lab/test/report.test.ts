import { describe, expect, it } from 'vitest';
import { reportPage } from '../src/report.js';
import type { Outcome } from '../src/verdict.js';

const outcome: Outcome = {
  scenario: 'fence',
  mustSee: 'it is fenced',
  passed: true,
  findings: [{ what: 'the cut', seen: true, detail: 'wakeup-flag <extin> & more' }],
  figures: [{ name: 'until the cut', value: 10.1, unit: 's' }],
  duration: 61.2,
};

describe('the report', () => {
  it('says of each scenario what was seen, with its figures and its timeline', () => {
    const page = reportPage([{ platform: 'trixie-arm64', outcome, timeline: '<svg id="title"></svg>' }]);
    expect(page).toContain('1 of 1 scenarios passed.');
    expect(page).toContain('fence on trixie-arm64');
    expect(page).toContain('It is fenced.');
    expect(page).toContain('10.1 s');
    expect(page).toContain(Buffer.from('<svg id="title"></svg>').toString('base64'));
  });

  it('never calls a failure anything else', () => {
    const failed = { ...outcome, passed: false, error: 'waited in vain', findings: [{ what: 'the cut', seen: false }] };
    const page = reportPage([{ platform: 'trixie-arm64', outcome: failed, timeline: '' }]);
    expect(page).toContain('0 of 1 scenarios passed.');
    expect(page).toContain('waited in vain');
    expect(page).toContain('not seen');
    expect(page).not.toContain('>passed<');
  });

  it('shows what was said as text, whatever it holds', () => {
    const page = reportPage([
      { platform: 'trixie-arm64', outcome: { ...outcome, error: '<script>alert("x")</script>' }, timeline: '' },
    ]);
    expect(page).not.toContain('<script>');
    expect(page).toContain('wakeup-flag &lt;extin&gt; &amp; more');
  });
});

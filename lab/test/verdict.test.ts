import { describe, expect, it } from 'vitest';
import { Verdict } from '../src/verdict.js';

const scenario = { name: 'fence', mustSee: 'it is fenced' };

describe('a verdict', () => {
  it('passes when all that must be seen was seen', () => {
    const verdict = new Verdict();
    verdict.see('the cut', true);
    verdict.see('the rejoin', true, 'after 60 s');
    verdict.seconds('until the cut', 10_049);
    expect(verdict.outcome(scenario, 61_234)).toEqual({
      scenario: 'fence',
      mustSee: 'it is fenced',
      passed: true,
      findings: [
        { what: 'the cut', seen: true },
        { what: 'the rejoin', seen: true, detail: 'after 60 s' },
      ],
      figures: [{ name: 'until the cut', value: 10, unit: 's' }],
      duration: 61.2,
    });
  });

  it('fails when one thing was not seen', () => {
    const verdict = new Verdict();
    verdict.see('the cut', true);
    verdict.see('the rejoin', false);
    expect(verdict.outcome(scenario, 0).passed).toBe(false);
  });

  it('fails when the scenario broke off, and keeps what was seen until then', () => {
    const verdict = new Verdict();
    verdict.see('the cut', true);
    const outcome = verdict.outcome(scenario, 0, new Error('waited in vain'));
    expect(outcome).toMatchObject({ passed: false, error: 'waited in vain', findings: [{ what: 'the cut' }] });
  });

  it('fails when nothing was seen: that shows nothing', () => {
    expect(new Verdict().outcome(scenario, 0).passed).toBe(false);
  });
});

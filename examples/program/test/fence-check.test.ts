import { describe, expect, it } from 'vitest';
import { type FenceCheck, parseFenceCheck } from '../src/index.js';

const finding = { id: 'x', severity: 'error', concerns: 'fencing', fact: 'f', why: 'w', remedy: ['r'] } as const;
const whole: FenceCheck = { node: 'a', ready: false, findings: [finding] };

describe('the answer of fence_sleepi3 check', () => {
  it('is read whole', () => {
    expect(parseFenceCheck(JSON.stringify(whole))).toEqual(whole);
  });

  it('is none where something else was said', () => {
    for (const other of ['', 'usage', 'null', '[]', '{}', '{"ready":true}', '1']) {
      expect(parseFenceCheck(other)).toBeUndefined();
    }
    for (const part of Object.keys(finding)) {
      const findings = [{ ...finding, [part]: undefined }];
      expect(parseFenceCheck(JSON.stringify({ ...whole, findings })), part).toBeUndefined();
    }
  });
});

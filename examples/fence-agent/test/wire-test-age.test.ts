import { describe, expect, it } from 'vitest';
import { judgeWireTest } from '../src/keeper/report.js';

const now = new Date('2026-11-30T12:00:00Z');
const found = (at: string, works = true) =>
  judgeWireTest({ at: new Date(at), works, verdict: works ? 'sound' : 'open' }, now)?.id;

describe('the last test of the wire', () => {
  it('is good for 30 days', () => {
    expect(found('2026-10-31T12:00:00Z')).toBeUndefined();
    expect(found('2026-10-31T11:59:59Z')).toBe('wire-test-old');
    expect(judgeWireTest(undefined, now)?.id).toBe('wire-never-tested');
  });

  it('is not good for years because the clock was wrong then; a time zone that was set since is no such thing', () => {
    expect(found('2026-12-01T02:00:00Z')).toBeUndefined();
    expect(found('2030-01-01T00:00:00Z')).toBe('wire-test-old');
  });

  it('is believed when it failed, however old it is', () => {
    for (const at of ['2020-01-01T00:00:00Z', '2026-11-30T11:00:00Z', '2030-01-01T00:00:00Z'])
      expect(found(at, false)).toBe('wire-test-failed');
  });
});

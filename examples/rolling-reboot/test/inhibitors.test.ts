import { describe, expect, it } from 'vitest';
import { inhibitors, parseInhibitors } from '../src/node/inhibitors.js';

const answer =
  (status: number, stdout: string, stderr = '') =>
  async () => ({
    status,
    stdout,
    stderr,
    signal: null,
    timedOut: false,
  });

describe("systemd's inhibitors", () => {
  it('are read from what busctl prints as JSON', async () => {
    const json =
      '{"type":"a(ssssuu)","data":[[["sleep","NetworkManager","NetworkManager needs to turn off networks","delay",0,512],' +
      '["shutdown:sleep","borg","a backup, with: colons","block",1000,4711]]]}\n';
    expect(await inhibitors(answer(0, json))).toEqual([
      {
        what: 'sleep',
        who: 'NetworkManager',
        why: 'NetworkManager needs to turn off networks',
        mode: 'delay',
        pid: 512,
      },
      { what: 'shutdown:sleep', who: 'borg', why: 'a backup, with: colons', mode: 'block', pid: 4711 },
    ]);
    expect(parseInhibitors('{"type":"a(ssssuu)","data":[[]]}')).toEqual([]);
  });

  it('are none where there is no logind, and no guess where the answer is none', async () => {
    const gone = 'Call failed: The name org.freedesktop.login1 was not provided by any .service files\n';
    expect(await inhibitors(answer(1, '', gone))).toEqual([]);
    await expect(inhibitors(answer(1, '', 'Call failed: Connection timed out'))).rejects.toThrow('cannot be read');
    for (const text of ['', '[]', '{"data":7}', 'a table']) expect(() => parseInhibitors(text)).toThrow('gave no list');
  });
});

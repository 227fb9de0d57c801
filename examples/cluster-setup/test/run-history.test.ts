import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RawResult } from '@sleepi3/pcs';
import { answer } from '@sleepi3/pcs/testing';
import { describe, expect, it } from 'vitest';
import { runHistory } from '../src/history/run-history.js';
import { twoNodes } from './two-nodes.js';

const fixture = (file: string) => readFileSync(join(import.meta.dirname, 'fixtures/history', file), 'utf8');

const now = 1_795_982_400_000;

/** Both nodes of the lab, this one and the one behind ssh. */
function lab({ sshWorks = true, clockAhead = 0, pstore = '' } = {}) {
  const node = (name: string, words: string): RawResult => {
    if (words.includes('date +%s%3N') || /date '?\+%s%3N/.test(words)) {
      return answer({ stdout: `${String(now + (name === 'raspberrypi-2' ? clockAhead : 0))}\n` });
    }
    if (words.includes('/sys/fs/pstore'))
      return answer({ stdout: name === 'raspberrypi-2' ? pstore : '', exitCode: 1 });
    if (words.includes('--list-boots')) return answer({ stdout: fixture(`${name}.boots`) });
    if (words.includes('--identifier=kernel')) return answer();
    const boot = /--boot=([0-9a-f]{32})/.exec(words)?.[1];
    const lines = fixture(`${name}.jsonl`).split('\n');
    const shown = boot === undefined ? lines : lines.filter((line) => line.includes(boot)).slice(-20);
    return answer({ stdout: shown.join('\n') });
  };
  const { asked, ...host } = twoNodes(
    (words) => node('raspberrypi-1', words),
    sshWorks ? (words) => node('raspberrypi-2', words) : undefined,
  );
  const written = new Map<string, string>();
  let output = '';
  return {
    asked,
    written,
    output: () => output,
    run: (options: { since?: string; json?: boolean; svg?: string } = {}) =>
      runHistory(
        { since: '24h', ssh: undefined, json: false, svg: undefined, ...options },
        {
          ...host,
          date: () => new Date(now),
          write: (text) => (output += text),
          writeFile: async (path, text) => void written.set(path, text),
        },
      ),
  };
}

describe('cluster-setup history', () => {
  it('asks both nodes, the other one at its address, and tells what happened', async () => {
    const both = lab();
    expect(await both.run()).toBe(0);
    expect(both.asked.some((words) => words.startsWith('ssh') && words.includes('192.168.11.179'))).toBe(true);
    expect(both.output()).toContain('raspberrypi-1 was fenced at the request of a person');
    expect(both.output()).toContain('The link between the nodes was cut');
  });

  it('is JSON with times as texts, and a picture, on request', async () => {
    const both = lab();
    await both.run({ json: true, svg: '/tmp/night.svg' });
    const { incidents } = JSON.parse(both.output()) as {
      incidents: { node: string; at: string; back: { at: string } }[];
    };
    expect(incidents[0]).toMatchObject({ node: 'raspberrypi-1', at: '2026-11-29T19:45:21.860Z' });
    expect(both.written.get('/tmp/night.svg')).toMatch(/^<svg/);
  });

  it('says which node could not be asked, and tells what the other one knows', async () => {
    const one = lab({ sshWorks: false });
    expect(await one.run()).toBe(3);
    expect(one.output()).toContain('What is not known');
    expect(one.output()).toContain('No route to host');
    expect(one.output()).toContain('raspberrypi-2 was lost, and fenced');
  });

  it.each([
    ['at the panic', 1_795_981_637.25],
    ['by systemd-pstore, in the boot after it', 1_795_981_690.5],
  ])('knows of a kernel panic what the kernel kept of it, %s', async (_, kept) => {
    const one = lab({ pstore: `== ${kept}000000\nKernel panic - not syncing: sysrq triggered crash\n` });
    await one.run({ json: true });
    const { incidents } = JSON.parse(one.output()) as { incidents: { node: string; cause: object }[] };
    const panics = incidents.filter(({ cause }) => 'kind' in cause && cause.kind === 'panic');
    expect(panics).toMatchObject([
      {
        node: 'raspberrypi-2',
        cause: { text: 'Its kernel panicked: "Kernel panic - not syncing: sysrq triggered crash".' },
      },
    ]);
    expect(incidents[1]).toBe(panics[0]);
  });

  it('looks back a quarter of an hour more, for what had begun before and was not over', async () => {
    const both = lab();
    const from = 1_795_981_680;
    await both.run({ json: true, since: new Date(from * 1000).toISOString() });
    expect(both.asked.filter((words) => words.includes(`--since=@${from - 900}`)).length).toBeGreaterThan(2);
    const { incidents } = JSON.parse(both.output()) as { incidents: { at: string; back: { at: string } }[] };
    expect(incidents[0]).toMatchObject({ at: '2026-11-29T19:47:16.361Z', back: { at: '2026-11-29T19:48:28.151Z' } });
  });

  it.each([
    ['2026-11-29', '2026-11-28T15:00:00.000Z'],
    ['2026-11-29 03:00', '2026-11-28T18:00:00.000Z'],
    ['2026-11-29T03:00:00Z', '2026-11-29T03:00:00.000Z'],
  ])('begins --since %s by the clock on the wall', async (since, wanted) => {
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Asia/Tokyo';
    try {
      const begun = lab();
      await begun.run({ since, json: true });
      const at = Date.parse(wanted) / 1000 - 900;
      expect(begun.asked.filter((words) => words.includes(`--since=@${at}`)).length).toBeGreaterThan(0);
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });

  it.each(['yesterday', '', '5', '2030-01-01'])('refuses --since %j', async (since) => {
    await expect(lab().run({ since })).rejects.toThrow('--since must be a span');
  });
});

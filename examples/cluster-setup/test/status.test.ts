import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer } from '@sleepi3/pcs/testing';
import { colours } from '@sleepi3/program';
import { describe, expect, it } from 'vitest';
import { runStatus } from '../src/status/run-status.js';
import { twoNodes, unfenceable } from './two-nodes.js';

const status = readFileSync(join(import.meta.dirname, 'fixtures/sound-status.xml'), 'utf8');
const sound = {
  ready: true,
  findings: [],
  node: 'raspberrypi-1',
  wireTest: { at: '2026-11-28T12:00:00Z', verdict: 'sound' },
};
const unsound = { ...sound, ready: false, findings: [unfenceable] };

interface Situation {
  /** What fence_sleepi3 says on the other node; null: nobody reaches it. */
  readonly peer?: object | null;
  readonly runs?: boolean;
  readonly json?: boolean;
  /** What corosync-quorumtool says; nothing: it fails. */
  readonly quorum?: string;
  /** So many looks. */
  readonly looks?: number;
}

const proof = {
  node: 'raspberrypi-1',
  by: 'raspberrypi-2',
  state: 'proven',
  began: '2026-11-28T00:00:00.000Z',
  silence: 2.04,
  reasons: [],
  remarks: [],
};

async function call({ peer = sound, runs = true, json = false, looks, quorum }: Situation = {}) {
  let output = '';
  const stop = new AbortController();
  let left = looks ?? 1;
  const exit = await runStatus(
    { ssh: undefined, json, watch: looks !== undefined },
    {
      ...twoNodes(
        (words) => {
          if (words.includes('proven-raspberrypi-1')) return answer({ stdout: JSON.stringify(proof) });
          if (words.includes('proven-')) return answer({ exitCode: 44 });
          if (words.includes('check --json')) return answer({ stdout: JSON.stringify(sound) });
          if (words.startsWith('corosync-quorumtool ') && quorum !== undefined) return answer({ stdout: quorum });
          if (!words.startsWith('crm_mon ')) return answer({ exitCode: 1 });
          return runs ? answer({ stdout: status }) : answer({ exitCode: 102, stderr: 'Connection to cluster failed' });
        },
        peer === null
          ? undefined
          : (words) => {
              if (words.includes('proven-')) return answer({ exitCode: 44 });
              return answer({ stdout: JSON.stringify(peer) });
            },
      ),
      date: () => new Date('2026-11-29T12:00:00Z'),
      clock: {
        now: () => 0,
        sleep: async () => {
          left -= 1;
          if (left > 0) return;
          stop.abort(new Error('interrupted'));
          throw stop.signal.reason as Error;
        },
      },
      colours: false,
      signal: stop.signal,
      write: (text) => (output += text),
    },
    colours(false),
  );
  return { exit, output };
}

describe('cluster-setup status', () => {
  it('is one screen: nodes, service, fencing of each node with the age of its wire test', async () => {
    const { exit, output } = await call();
    expect(exit).toBe(0);
    expect(output).toContain('raspberrypi-1  online');
    expect(output).toContain('VIP  on ');
    expect(output).toContain('raspberrypi-2  ready; wire: sound, 24 h ago');
  });

  it('says which node could not be fenced, and why', async () => {
    const { exit, output } = await call({ peer: unsound });
    expect(exit).toBe(1);
    expect(output).toContain('raspberrypi-2  NOT ready');
    expect(output).toContain('error: EIPDE is 0');
  });

  it('says which node could not be asked', async () => {
    const { exit, output } = await call({ peer: null });
    expect(exit).toBe(3);
    expect(output).toMatch(/raspberrypi-2 {2}could not be asked: .*No route to host/);
  });

  it('tells of the boards when the cluster does not run', async () => {
    const { exit, output } = await call({ runs: false });
    expect(exit).toBe(1);
    expect(output).toContain('The cluster does not run here');
    expect(output).toContain('raspberrypi-1  ready');
  });

  it('says when each node was proven, and what it came to', async () => {
    const { output } = await call();
    expect(output).toContain('raspberrypi-1  proven by raspberrypi-2, 36 h ago; the service was silent for 2.0 s');
    expect(output).toContain('raspberrypi-2  never');
  });

  it('looks again and again until it is interrupted, and ends with what the last look said', async () => {
    const { exit, output } = await call({ looks: 3, peer: unsound });
    expect(exit).toBe(1);
    expect(output.match(/^2026-11-29T12:00:00Z$/gm)).toHaveLength(3);
    const lines = (await call({ looks: 2, json: true })).output.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { proofs: unknown[] }).proofs)).toMatchObject([[proof], [proof]]);
  });

  it('tells of the votes with a quorum device, and of one that is lost', async () => {
    const quorumOf = (name: string) =>
      readFileSync(join(import.meta.dirname, `../../../packages/pcs/test/fixtures/quorum/${name}.txt`), 'utf8');
    const well = await call({ quorum: quorumOf('device-votes') });
    expect(well.exit).toBe(0);
    expect(well.output).toContain('Quorum  3 of 3 votes, 2 needed; the quorum device votes');
    const lost = await call({ quorum: quorumOf('device-lost') });
    expect(lost.exit).toBe(1);
    expect(lost.output).toContain('2 of 3 votes, 2 needed; the quorum device gives NO vote');
    const { quorum } = JSON.parse((await call({ json: true, quorum: quorumOf('device-lost') })).output) as {
      quorum: unknown;
    };
    expect(quorum).toMatchObject({ quorate: true, device: { votes: 0, configuredVotes: 1 } });
    expect((await call({ quorum: quorumOf('quorate') })).output).not.toContain('Quorum  ');
  });

  it('is JSON for scripts', async () => {
    const { nodes } = JSON.parse((await call({ json: true, peer: unsound })).output) as { nodes: unknown[] };
    expect(nodes).toMatchObject([{ node: 'raspberrypi-1', ready: true }, { ready: false }]);
  });
});

// alerts: in the cluster file: each node knows the receivers, the cluster knows the agent, and nobody else learns a secret.
import { describe, expect, it } from 'vitest';
import { Pcs, reads } from '@sleepi3/pcs';
import { FakeCluster } from '@sleepi3/pcs/testing';
import { colours } from '@sleepi3/program';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { designOf } from '../src/cluster/design.js';
import { readClusterFile } from '../src/config/read-cluster-file.js';
import { alertChange, alertId, receiversPath, receiverSteps } from '../src/plan/steps/alerts.js';
import { apply } from '../src/plan/apply.js';
import { plan } from '../src/plan/plan.js';
import { Reality } from '../src/plan/reality.js';
import { scriptFor } from '../src/plan/script.js';
import { showPlan } from '../src/program/show-plan.js';
import { FakePi } from './fake-pi.js';
import { instantClock } from './instant-clock.js';
import { withNodes } from './with-nodes.js';

const secret = 's3cr3t-topic';
const file = `
alerts:
  - ntfy: https://ntfy.example/${secret}
    token: ${secret}
  - mail: ops@example.com
    events: [fencing]
`;
const design = designOf(readClusterFile(withNodes(file), 'cluster.yaml'));
const names = ['raspberrypi-1', 'raspberrypi-2'] as const;
const nothing = () =>
  new Pcs({ runner: { run: () => Promise.reject(Object.assign(new Error('none'), { code: 'ENOENT' })) } });

function world() {
  const pis = [new FakePi(names[0]), new FakePi(names[1])] as const;
  const pcs = nothing();
  const reality = new Reality({ local: pis[0], others: [pis[1]], pcs, destroyable: new Set() });
  const steps = names.flatMap((name) => receiverSteps(design, name));
  return { pis, pcs, reality, steps, host: { clock: instantClock(), password: async () => '' } };
}

describe('alerts of the cluster file', () => {
  it('become the file of receivers on each node, read by hacluster alone, and no second time', async () => {
    const { pis, reality, steps, host } = world();
    await apply(steps, reality, host);
    for (const pi of pis) {
      expect(JSON.parse(pi.files.get(receiversPath)!)).toMatchObject({
        receivers: [
          { ntfy: `https://ntfy.example/${secret}`, token: secret },
          { mail: 'ops@example.com', events: ['fencing'] },
        ],
      });
      expect(pi.access.get(receiversPath)).toBe('hacluster 600');
      pi.onChange = (_, what) => {
        throw new Error(`changed again: ${what}`);
      };
    }
    await apply(steps, reality, host);
  });

  it('show their secrets neither in a plan nor in a script', async () => {
    const { pcs, reality, steps } = world();
    const shown = await showPlan(design, await plan(steps, reality), pcs, colours(false));
    expect(shown).toContain('ntfy ntfy.example, ops@example.com');
    expect(shown).toContain('it has secrets, which are not shown');
    expect(shown + (await scriptFor(design))).not.toContain(secret);
  });

  it('mend a file that others can read', async () => {
    const { pis, reality, steps, host } = world();
    await apply(steps, reality, host);
    pis[0].access.set(receiversPath, 'root 644');
    await apply(steps, reality, host);
    expect(pis[0].access.get(receiversPath)).toBe('hacluster 600');
  });

  it('need the package, and say so before anything is changed', async () => {
    const { pis, reality, steps, host } = world();
    pis[1].alertAgentInstalled = false;
    await expect(apply(steps, reality, host)).rejects.toThrow('raspberrypi-2: /usr/sbin/alert_sleepi3 is not there');
  });

  it.each([
    ['alerts: [{}]', 'must have one of mail, webhook and ntfy'],
    ['alerts: [{mail: a@b, ntfy: "https://c/d"}]', 'must have one of mail, webhook and ntfy'],
    ['alerts: [{mail: a@b, token: x}]', 'alerts[0].token: belongs to ntfy'],
    ['alerts: [{webhook: "ftp://c/d"}]', 'must be an http or https address'],
    ['alerts: [{webhook: "https://c/d", events: [fence]}]', 'must be fencing or node'],
  ])('are refused where they are wrong: %s', (text, message) => {
    expect(() => readClusterFile(withNodes(text), 'cluster.yaml')).toThrow(message);
  });
});

describe.runIf(haveRealParts('pcs', 'cibadmin'))('the alert in the cluster', () => {
  it('is made once by real pcs, taken away with the alerts, and one of another hand is left', async () => {
    await using cluster = await FakeCluster.create({ nodes: names, running: 'alerts' });
    const pcs = new Pcs({ runner: cluster });
    const bring = async (wanted: typeof design) => {
      const { commands } = alertChange(await pcs.run(reads.configuration()), wanted);
      for (const command of commands) await pcs.run(command);
      return commands.length;
    };
    expect(await bring(design)).toBe(2);
    expect(await bring(design)).toBe(0);
    expect((await pcs.run(reads.configuration())).alerts).toMatchObject([
      { id: alertId, path: '/usr/sbin/alert_sleepi3', recipients: [{ value: receiversPath }] },
    ]);
    const none = { ...design, alerts: [] };
    expect(await bring(none)).toBe(1);
    await pcs.alert.create('/usr/sbin/alert_sleepi3', { id: 'mine' });
    expect(await bring(none)).toBe(0);
  });
});

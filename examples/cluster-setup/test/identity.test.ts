import { describe, expect, it } from 'vitest';
import { Pcs } from '@sleepi3/pcs';
import { designOf } from '../src/cluster/design.js';
import { readClusterFile } from '../src/config/read-cluster-file.js';
import { apply } from '../src/plan/apply.js';
import { identityStep } from '../src/plan/steps/identity.js';
import { Reality } from '../src/plan/reality.js';
import { allSteps } from '../src/plan/steps.js';
import { FakePi } from './fake-pi.js';
import { instantClock } from './instant-clock.js';
import { withNodes } from './with-nodes.js';

const design = designOf(readClusterFile(withNodes(), 'cluster.yaml'));
const [first, second] = ['raspberrypi-1', 'raspberrypi-2'] as const;

const says = (hostname: string, machineId: string, ...addresses: string[]) =>
  `${hostname}\n${machineId}\n${addresses.map((one, index) => `${String(index)}: eth0    inet${one.includes(':') ? '6' : ''} ${one}/24 scope global\n`).join('')}`;

function pair(local: string, peer: string) {
  const pis = [new FakePi(first), new FakePi(second)] as const;
  pis[0].identity = local;
  pis[1].identity = peer;
  const pcs = new Pcs({ runner: { run: () => Promise.reject(Object.assign(new Error('none'), { code: 'ENOENT' })) } });
  return { pis, reality: new Reality({ local: pis[0], others: [pis[1]], pcs, destroyable: new Set() }) };
}

const own = says(first, 'id-1', '127.0.0.1', '192.168.11.211');
const other = says(second, 'id-2', '127.0.0.1', '192.168.11.179');
const look = (reality: Reality, node: string) => identityStep(design, node).look(reality);

describe('who a machine is', () => {
  it('is found right where it is', async () => {
    const { reality } = pair(own, other);
    for (const node of [first, second]) expect((await look(reality, node)).differences).toEqual([]);
  });

  it('is found right with its name in full or in capitals', async () => {
    const { reality } = pair(own, says('RASPBERRYPI-2.example.com', 'id-2', '192.168.11.179'));
    expect((await look(reality, second)).differences).toEqual([]);
  });

  it('is refused when it is another machine', async () => {
    const { reality } = pair(own, says('nas', 'id-9', '192.168.11.179'));
    await expect(look(reality, second)).rejects.toThrow('the machine there calls itself nas');
  });

  it('is refused when the other node is this machine', async () => {
    const { reality } = pair(own, says(second, 'id-1', '192.168.11.179'));
    await expect(look(reality, second)).rejects.toThrow('raspberrypi-2 is this machine itself');
  });

  it('is refused when the address of the file is not on it', async () => {
    const { reality } = pair(says(first, 'id-1', '127.0.0.1', '192.168.11.17'), other);
    await expect(look(reality, first)).rejects.toThrow(
      'raspberrypi-1 does not have the address 192.168.11.211 of the file; it has 192.168.11.17',
    );
  });

  it('is asked of both nodes before anything is changed on either', async () => {
    const { pis, reality } = pair(own, says('nas', 'id-9', '192.168.11.179'));
    for (const pi of pis) {
      pi.onChange = (_, what) => {
        throw new Error(`${pi.name} was changed: ${what}`);
      };
    }
    const host = { clock: instantClock(), password: async () => '' };
    await expect(apply(allSteps(design, reality), reality, host)).rejects.toThrow('calls itself nas');
  });
});

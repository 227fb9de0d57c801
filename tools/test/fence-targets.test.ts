// What @sleepi3/pcs makes of fence devices' options, beside what pacemaker-fenced makes of them.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StandaloneFenced } from '../../packages/fence-protocol/src/testing/index.js';
import { canFence, delayOf, targetsOf } from '../../packages/pcs/src/index.js';
import { haveRealParts } from './support/real-parts.js';

const possible =
  haveRealParts('pacemaker-fenced', 'stonith_admin', 'unshare', 'nsenter') && StandaloneFenced.isPossible();

/** An agent that says yes to everything. */
const agent = `#!/bin/sh
action=
while read -r line; do case $line in action=*) action=\${line#action=};; esac; done
for word; do case $word in -o) ;; --action=*) action=\${word#--action=};; metadata) action=metadata;; esac; done
[ "$action" = metadata ] && cat <<END
<resource-agent name="fence_yes" shortdesc="yes">
<longdesc>yes</longdesc><vendor-url>http://example.com</vendor-url>
<parameters><parameter name="plug" unique="0" required="0"><getopt mixed="-n, --plug=[id]"/><content type="string"/><shortdesc lang="en">plug</shortdesc></parameter></parameters>
<actions><action name="on"/><action name="off"/><action name="reboot"/><action name="status"/><action name="list"/><action name="monitor"/><action name="metadata"/></actions>
</resource-agent>
END
exit 0
`;

const names = ['n1', 'N2', 'pi-b.example.com', 'pi_c', 'n10'];
const separator = fc.constantFrom(' ', ',', ';', ', ', '\t', ' ; ');
const list = fc
  .array(fc.tuple(fc.constantFrom(...names, 'n2', 'PI-B.example.com', 'on', 'off'), separator), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => parts.map(([name, after]) => name + after).join(''));
const map = fc
  .array(
    fc.tuple(
      fc.constantFrom(...names, 'n2'),
      fc.constantFrom(':', '='),
      fc.constantFrom('1', '2,3', 'a\\ b', 'x\\;y'),
      fc.constantFrom(';', ' ', '\t'),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => parts.map((part) => part.join('')).join(''));
const check = fc.constantFrom('static-list', 'STATIC-LIST', 'none', 'None');
const options = fc.record({ pcmk_host_list: list, pcmk_host_map: map, pcmk_host_check: check }, { requiredKeys: [] });

describe.runIf(possible)('fence devices, as pacemaker-fenced takes them', () => {
  let directory: string;
  let fenced: StandaloneFenced;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fence-targets-'));
    const file = join(directory, 'fence_yes');
    await writeFile(file, agent);
    fenced = await StandaloneFenced.start({ fence_yes: file });
  });
  afterAll(async () => {
    await fenced.stop();
    await rm(directory, { recursive: true });
  });

  const count = 40;
  it(`are for the nodes that we say, ${count * (names.length + 1)} times`, async () => {
    const devices = fc
      .sample(options, { numRuns: 3 * count, seed: 1 })
      // Without any of them the agent itself is asked.
      .filter((one) => canFence(targetsOf(new Map(Object.entries(one))), 'n1') !== undefined)
      .slice(0, count);
    expect(devices).toHaveLength(count);
    for (const [i, one] of devices.entries()) await fenced.register(`d${i}`, 'fence_yes', one);
    for (const node of [...names, 'stranger']) {
      const { stdout } = await fenced.admin('--list', node);
      const theirs = devices.map((one, i) => [i, one, new RegExp(`^d${i}$`, 'm').test(stdout)]);
      const ours = devices.map((one, i) => [i, one, canFence(targetsOf(new Map(Object.entries(one))), node)]);
      expect(ours, node).toEqual(theirs);
    }
    for (const i of devices.keys()) await fenced.admin('--deregister', `d${i}`);
  });

  it('wait as long as we say', async () => {
    const delays: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
      ['t1', { pcmk_delay_base: '31' }],
      ['t2', { pcmk_delay_base: '32s' }],
      ['t3', { pcmk_delay_base: 'PT33S' }],
      ['t4', { pcmk_delay_base: 't4:34s;other:99s' }],
      ['t5', { pcmk_delay_base: 'other:99s T5:35' }],
      ['t6', { pcmk_delay_base: '36s', pcmk_delay_max: '40s' }],
      ['t7', { pcmk_delay_base: '50s', pcmk_delay_max: '37s' }],
      ['t8', { pcmk_delay_max: '1min' }],
      ['t9', { pcmk_delay_base: '39500ms' }],
      // What is said of t1 holds for every name that begins like it, unless that one is named before.
      ['t10', { pcmk_delay_base: 't1:41s;t10:99s' }],
      ['t11', { pcmk_delay_base: 't11:42s;t1:99s' }],
      ['t12', { pcmk_delay_base: '43s other:99s' }],
    ];
    for (const [target, one] of delays)
      await fenced.register(`${target}-d`, 'fence_yes', { ...one, pcmk_host_list: target });
    // How long each will wait is in the log at once; that is not waited for here, but ended with the daemon.
    for (const [target] of delays) void fenced.admin('--fence', target, '--timeout', '100');
    await expect.poll(async () => (await fenced.log()).match(/ using t\d+-d for \d+s /g)).toHaveLength(delays.length);
    const log = await fenced.log();
    const theirs = delays.map(([target]) => {
      const [, base, most] = new RegExp(`using ${target}-d for \\d+s .*base=(\\d+)s max=(\\d+)s`).exec(log) ?? [];
      return [target, { least: Number(base) * 1000, most: Number(most) * 1000 }];
    });
    expect(delays.map(([target, one]) => [target, delayOf(new Map(Object.entries(one)), target)])).toEqual(theirs);
  });
});

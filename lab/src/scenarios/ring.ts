import { panic } from '../commands.js';
import type { Lab } from '../lab.js';
import { defaultCluster } from '../run-scenarios.js';
import type { Machine } from '../machine/machine.js';
import type { Verdict } from '../verdict.js';
import type { Scenario } from './scenario.js';
import { booted, testWire, wakeupFlagIn } from './steps.js';

/** Three machines in a ring, each of which is struck in its turn. */
export const ring: Scenario = {
  name: 'ring',
  mustSee:
    'three machines, wired in a ring: a kernel panic of each in its turn; the one before it fences it, nobody else is cut, it is ' +
    'woken and rejoins, and the service goes on',
  cluster: { ...defaultCluster, ring: true },
  /** No wire of a ring is shot through before it was tested: until then the devices do not start. */
  async prepare(lab) {
    for (const machine of lab.machines) await booted(lab, machine);
    for (const machine of lab.machines) {
      await lab.until(
        `the wire of ${machine.name} is found sound`,
        async () => (await testNext(lab, machine)).status === 0,
      );
    }
  },
  async run(lab, verdict) {
    for (const machine of lab.machines) {
      const { status, said } = await testNext(lab, machine);
      verdict.see(`the wire of ${machine.name} is sound`, status === 0, said);
    }
    const [first, second] = lab.machines;
    const elsewhere = await second.exec(['fence_sleepi3', '--action=monitor', `--peer=${first.name}`]);
    verdict.see(
      `the device for ${first.name} refuses to run on ${second.name}`,
      elsewhere.status === 1 && elsewhere.stderr.includes(`not to peer=${first.name}`),
      elsewhere.stderr.trim(),
    );
    for (const machine of lab.machines) await strike(lab, verdict, machine);
  },
};

/** The wire from a machine to the next one. */
function testNext(lab: Lab, machine: Machine): ReturnType<typeof testWire> {
  const next = lab.machines.find((one) => lab.peerOf(one) === machine) ?? machine;
  return testWire(lab, machine, next);
}

/** A kernel panic, and what comes of it until the cluster is whole again. */
async function strike(lab: Lab, verdict: Verdict, struck: Machine): Promise<void> {
  const shooter = lab.peerOf(struck);
  const others = lab.machines.filter((machine) => machine !== struck);
  const bystanders = others.filter((machine) => machine !== shooter);
  const boots = new Map(lab.machines.map((machine) => [machine, machine.boots] as const));
  const holds = (machine: Machine) =>
    lab.recording.pulses(machine.name, 'EXTOUT').filter(({ start: at, end }) => at >= start && end - at >= 9000);
  const start = lab.clock.now();
  await panic(lab, struck);
  await lab.until(`${struck.name} is woken`, () => struck.boots > (boots.get(struck) ?? 0), { interval: 50 });
  const [hold] = holds(shooter);
  verdict.see(`${struck.name}: its power was cut by the EXTOUT of ${shooter.name}`, hold !== undefined);
  if (hold) verdict.seconds(`${struck.name}: from panic to EXTOUT`, hold.start - start);

  const serving = await lab.until('another one serves', async () => {
    const machine = await lab.serving(shooter);
    return machine !== struck && machine;
  });
  await lab.until('the service answers', () => lab.http.answers, { interval: 50 });
  verdict.see(`${struck.name}: ${serving.name} serves`, true);
  verdict.seconds(`${struck.name}: HTTP silent in all`, lab.http.silence(start));

  const flag = await wakeupFlagIn(lab, struck);
  verdict.see(`${struck.name}: it was woken by wire`, flag === 'extin', flag);
  await lab.settled();
  verdict.seconds(`${struck.name}: until the cluster was whole again`, lab.clock.now() - start);
  verdict.see(`${struck.name}: it was fenced once`, struck.boots === (boots.get(struck) ?? 0) + 1);
  verdict.see(
    `${struck.name}: nobody else was cut`,
    others.every((machine) => machine.boots === boots.get(machine)),
  );
  verdict.see(
    `${struck.name}: nobody else shot`,
    holds(shooter).length === 1 && bystanders.every((machine) => holds(machine).length === 0),
  );
}

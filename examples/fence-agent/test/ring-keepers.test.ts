// Line keepers and agents of a ring of three: each has one node that it can shoot and another one that can shoot it.
import { type PacemakerCall } from '@sleepi3/fence-protocol/testing';
import { createRing } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { runVirtualAgent } from '../virtual/virtual-agent.js';
import { VirtualPi } from '../virtual/virtual-pi.js';

const hour = 3_600_000;
const names = ['a', 'b', 'c'] as const;
type Name = (typeof names)[number];

const corosyncConf = `nodelist {\n${names.map((name, index) => `node {\nname: ${name}\nnodeid: ${index + 1}\n}\n`).join('')}}\n`;

/** Nodes that corosync.conf has as a, b, c, whose boards are wired in that order, or in another one; `inStep`: all test at once. */
async function ringOf({
  wired = names,
  tested = true,
  inStep = false,
}: { readonly wired?: readonly Name[]; readonly tested?: boolean; readonly inStep?: boolean } = {}) {
  const ring = createRing({ names: wired, coldRegisters: { inputControl: 0b001 } });
  const { clock } = ring;
  const boardOf = (name: Name) => ring.boards[wired.indexOf(name)]!;
  const around = (name: Name, steps: number) => names[(names.indexOf(name) + steps + names.length) % names.length]!;
  const cuts: Name[] = [];
  const pulses: Name[] = [];
  const pis: ReadonlyMap<Name, VirtualPi> = new Map(
    names.map((name) => {
      const pi = new VirtualPi({
        clock,
        bus: boardOf(name).bus,
        ...(!inStep && { random: () => 0.2 + 0.3 * names.indexOf(name) }),
        peer: () => pis.get(around(name, 1))!,
        names: { self: name, peer: around(name, 1), before: around(name, -1) },
      });
      pi.kept.wireTest = tested ? `1970-01-01T00:00:00.000Z sound ${around(name, 1)}\n` : undefined;
      boardOf(name).connect({ powerOn: () => {}, powerOff: () => pi.powerOff() });
      boardOf(name).on('power', ({ on, cause }) => {
        if (!on && cause === 'extin') cuts.push(name);
      });
      boardOf(name).on('extout', ({ asserted }) => {
        if (asserted) pulses.push(name);
      });
      return [name, pi];
    }),
  );
  await clock.runUntil(Promise.all([...pis.values()].map((pi) => pi.boot())));
  const pi = (name: Name) => pis.get(name)!;
  const ask = async (name: Name, call: PacemakerCall) => {
    const network = { ask: async () => 'silent' as const };
    const agent = runVirtualAgent(pi(name).machine({ hostname: name, corosyncConf, network }), clock, call);
    return clock.runUntil(agent.ended);
  };
  return { ring, clock, pi, boardOf, cuts, pulses, ask };
}

describe('the line keepers of a ring', () => {
  it('know whether the next node can be fenced, and say nothing of the one before', async () => {
    const { clock, pi, boardOf } = await ringOf();
    await clock.advance(30_000);
    for (const name of names) expect(await clock.runUntil(pi(name).report())).toMatchObject({ peerFenceable: true });
    boardOf('b').poke('inputControl', 0);
    await clock.advance(30_000);
    const troubles = async (name: Name) =>
      (await clock.runUntil(pi(name).report())).findings.flatMap(({ id }) => (id.startsWith('peer-') ? id : []));
    expect(await troubles('a')).toEqual(['peer-unfenceable']);
    expect(await troubles('c')).toEqual([]);
  });

  it('test each its wire to the next node by themselves, and cut nobody', async () => {
    const { clock, pi, cuts, pulses } = await ringOf({ tested: false });
    await clock.advance(2 * hour);
    expect([...pulses].sort()).toEqual(['a', 'b', 'c']);
    expect(cuts).toEqual([]);
    expect(names.map((name) => pi(name).kept.wireTest?.replace(/^\S+ /, ''))).toEqual([
      'sound b\n',
      'sound c\n',
      'sound a\n',
    ]);
  });

  it('find a wire that is broken, and one that leads to another node, and do not fence by it', async () => {
    const { clock, pi, cuts, ask } = await ringOf({ tested: false, wired: ['a', 'c', 'b'] });
    await clock.advance(2 * hour);
    for (const name of names) expect(pi(name).kept.wireTest).toMatch(/ open \w\n$/);
    const { exitStatus, stderr } = await ask('a', { action: 'reboot', target: 'b' });
    expect(exitStatus).toBe(1);
    expect(stderr).toMatch(/Refused: the wire test of \S+ found: open; run fence_sleepi3 wire-test on a/);
    expect(cuts).toEqual([]);
  });

  it('take nobody else’s pulse for theirs when all of them test at once', async () => {
    for (const wired of [names, ['a', 'c', 'b'] as const]) {
      const { clock, pi, cuts } = await ringOf({ tested: false, wired, inStep: true });
      await clock.advance(2 * hour);
      for (const name of names) expect(pi(name).kept.wireTest ?? '').not.toMatch(wired === names ? / short/ : / sound/);
      expect(cuts).toEqual([]);
    }
  });

  it('say that a fenced node runs when it does', async () => {
    const { ring, clock, ask, cuts } = await ringOf();
    await clock.advance(30_000);
    ring.wires[1]!.state = 'open';
    const { exitStatus, stderr } = await ask('a', { action: 'off', target: 'b' });
    expect(exitStatus).toBe(1);
    expect(stderr).toContain('b runs, and its EXTIN saw nothing');
    expect(cuts).toEqual([]);
  });
});

describe('the agent in a ring', () => {
  it('fences the next node, with success, and nobody else', async () => {
    for (const [self, target] of [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
    ] as const) {
      const { ask, cuts, boardOf, clock } = await ringOf();
      await clock.advance(30_000);
      const parameters = { peer: target };
      expect(await ask(self, { action: 'monitor', parameters })).toMatchObject({ exitStatus: 0 });
      expect(await ask(self, { action: 'reboot', target, parameters })).toMatchObject({ exitStatus: 0 });
      await clock.advance(20_000);
      expect(cuts).toEqual([target]);
      expect(names.map((name) => boardOf(name).powered)).toEqual([true, true, true]);
    }
  });

  it('touches nothing where its wire does not reach the target, and says who can fence it', async () => {
    const { ask, cuts, pulses, clock } = await ringOf();
    await clock.advance(30_000);
    for (const call of [
      { action: 'off', target: 'c' },
      { action: 'off', target: 'c', parameters: { peer: 'c' } },
      { action: 'off', target: 'a' },
      { action: 'monitor', parameters: { peer: 'c' } },
    ] as const) {
      const { exitStatus, stderr } = await ask('a', call);
      expect(exitStatus).toBe(1);
      expect(stderr).toMatch(/can only act on b|not to peer=c, which b alone can fence|a is this node itself/);
    }
    expect([cuts, pulses]).toEqual([[], []]);
  });

  it.each([
    ['was never tested', undefined],
    ['was tested when it led to another node', '1970-01-01T00:00:00.000Z sound c\n'],
    ['was tested when there were two nodes', '1970-01-01T00:00:00.000Z sound\n'],
    ['failed its test', '1970-01-01T00:00:00.000Z unsteady b\n'],
  ])('shoots through no wire that %s, and its monitor says so', async (_, record) => {
    const { pi, ask, pulses, clock } = await ringOf();
    pi('a').kept.wireTest = record;
    await clock.advance(30_000);
    const shot = await ask('a', { action: 'reboot', target: 'b' });
    expect(shot).toMatchObject({ exitStatus: 1, stderr: expect.stringContaining('fence_sleepi3 wire-test') });
    const monitor = await ask('a', { action: 'monitor' });
    expect(monitor).toMatchObject({ exitStatus: 1, stderr: expect.stringContaining('fence_sleepi3 wire-test') });
    expect(pulses).toEqual([]);
  });

  it('lets go when it is shot itself, whatever it is told to prefer', async () => {
    const { cuts, clock, pi } = await ringOf();
    await clock.advance(30_000);
    const request = { action: 'off' as const, hold: 12_000, holdTimeout: 40_000, wakeDelay: 2000 };
    const first = pi('c').runAgent({ ...request, target: 'a', preferred: false });
    await clock.advance(1000);
    const network = { ask: async () => 'silent' as const };
    const parameters = { peer: 'b', preferred: 'a' };
    const machine = pi('a').machine({ hostname: 'a', corosyncConf, network });
    const { result } = runVirtualAgent(machine, clock, { action: 'off', target: 'b', parameters });
    expect(await clock.runUntil(first.outcome)).toMatchObject({ kind: 'verified' });
    await clock.advance(60_000);
    expect(cuts).toEqual(['a']);
    expect(result.stdout).toBe('');
  });

  it('says of a shot only that it is one: it is not the node that it fences whose shot it sees', async () => {
    const { clock, pi, boardOf, ask } = await ringOf();
    await clock.advance(30_000);
    boardOf('a').poke('inputControl', 0); // it lives to tell
    const shot = pi('c').runAgent({
      ...{ action: 'off', target: 'a', hold: 12_000, holdTimeout: 12_000, wakeDelay: 2000, preferred: false },
    });
    await clock.advance(1000);
    const { stderr } = await ask('a', { action: 'off', target: 'b', parameters: { hold_timeout: '12' } });
    expect(stderr).toContain('EXTIN is asserted: this node is being fenced');
    expect(stderr).not.toContain('peer');
    await clock.runUntil(shot.outcome);
  });
});

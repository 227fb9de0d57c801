import { Sleepi3 } from '@sleepi3/driver';
import type { UnknownBehaviour } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { characterize, type DirectorHost, renderReport } from '../src/characterize/director.js';
import { parseDirectorMessage, parseSubjectMessage } from '../src/characterize/messages.js';
import { Observation, observeBoot, serveDirector, type SubjectHost } from '../src/characterize/subject.js';
import { performAct } from '../src/keeper/ask.js';
import { createCluster, requestOf } from '../virtual/virtual-cluster.js';
import { conversationPair, PiProcess } from '../virtual/pi-process.js';
import { inMessages } from '../src/peer/channel.js';

const names = ['raspberrypi-1', 'raspberrypi-2'] as const;

interface Options extends UnknownBehaviour {
  /** Of the subject's board, as it was made. */
  readonly coldRegisters?: Readonly<Record<string, number>>;
  /** Answers questions; by default yes to all. */
  readonly answer?: (question: string) => boolean;
  readonly transferTime?: number;
}

/** A director on the first node, and on the second a Pi that boots as a real one does, with a person who helps. */
async function twoBoards({ answer = () => true, transferTime = 0, coldRegisters = {}, ...unknowns }: Options = {}) {
  const cluster = await createCluster({ transferTime, boards: [{}, { ...unknowns, coldRegisters }] });
  const { clock, harness, pis } = cluster;
  const [own, board] = harness.boards;
  const questions: string[] = [];
  const told: string[] = [];

  let text: string | undefined;
  const observation = new Observation({
    read: () => Promise.resolve(text),
    replace: async (next) => {
      text = next;
    },
    remove: async () => {
      text = undefined;
    },
  });
  const subjectHost: SubjectHost = {
    node: names[1],
    peer: names[0],
    clock,
    assert: (hold) => pis[1].runAgent(requestOf(1, { action: 'test', hold, extinExpected: true })).outcome,
    log: () => {},
    openBoard: () => Sleepi3.open({ bus: board.bus, clock, random: () => 0.5 }),
    observation,
  };
  let subject: PiProcess | undefined;
  const boot = async () => {
    const pi = new PiProcess('raspberrypi-2');
    subject = undefined;
    await pi.live(() => clock.sleep(8000));
    await pi.live(() => observeBoot(subjectHost, clock, 30_000));
    // The vendor's service, then this project's.
    board.poke('inputControl', 0b001);
    board.poke('watchdogTimeout', 0);
    board.poke('ioStatus', 0);
    await pi.live(() => clock.sleep(20_000));
    if (board.powered) subject = pi;
  };
  board.connect({
    powerOn: () => void boot(),
    powerOff: () => {
      subject?.kill();
      subject = undefined;
    },
  });
  await clock.advance(40_000);

  const openBoard = () => Sleepi3.open({ bus: own.bus, clock, random: () => 0.5 });
  const machine = pis[0].machine({ hostname: names[0] });
  const director: DirectorHost = {
    node: names[0],
    peer: names[1],
    clock,
    log: (message) => told.push(message),
    ask: async (question) => {
      questions.push(question);
      if (!answer(question)) return false;
      if (question.includes('press the switch')) {
        board.setSwitch(true);
        await clock.sleep(200);
        board.setSwitch(false);
      }
      if (question.includes('take its supply off')) {
        board.setSupply({ voltage1: 0 });
        await clock.sleep(10_000);
        board.setSupply({ voltage1: 12_000 });
      }
      return true;
    },
    openBoard,
    act: (action, hold) => {
      const stop = new AbortController().signal;
      const keeper = machine.keeper({}, { log: () => {}, stop });
      return performAct(
        requestOf(0, { action, hold, preferred: true, extinExpected: action === 'off' }),
        keeper,
        60_000,
      );
    },
    call: async () => {
      if (!subject) return undefined;
      const [near, far] = conversationPair<string, string>(new PiProcess('director'), subject);
      void subject.live(() => serveDirector(subjectHost, inMessages(far, parseDirectorMessage)));
      return inMessages(near, parseSubjectMessage);
    },
  };
  const run = () => clock.runUntil(characterize(director));
  return { run, cluster, own, board, questions, told, director };
}

const combinations = (['held', 'released'] as const).flatMap((extoutOnPowerCut) =>
  (['kept', 'lost'] as const).flatMap((eipdeOnPowerCut) =>
    (['reset', 'kept'] as const).flatMap((extinCountOnRelease) =>
      (['ignored', 'written'] as const).flatMap((readOnlyBits) =>
        [-1000, -300, 0, 400, 1000].map((extinPhase) => ({
          extoutOnPowerCut,
          eipdeOnPowerCut,
          extinCountOnRelease,
          readOnlyBits,
          extinPhase,
        })),
      ),
    ),
  ),
);

describe('characterize', () => {
  it.each(combinations)('finds exactly what the board was given: %j', async (given) => {
    const coldRegisters = { inputControl: 0b010, watchdogTimeout: 120, adcInterval: 1 };
    const { run, own, board } = await twoBoards({ ...given, coldRegisters, transferTime: 1 });
    const report = await run();
    expect(report).toMatchObject({ ok: true, options: { ...given, coldRegisters } });
    expect([own.extout, board.extout, own.powered, board.powered]).toEqual([false, false, true, true]);
    expect(own.bit('EIPDE')).toBe(true);
  });

  it('prints them as options of the simulator', async () => {
    const { run } = await twoBoards();
    const text = renderReport(await run());
    expect(text).toContain("extoutOnPowerCut: 'held'");
    expect(text).toContain('const board: BoardOptions = {');
    expect(text).toMatch(/fell silent 10\.\d s after EXTIN was asserted/);
  });

  it('asks before each step that powers the peer off, and does not take it without consent', async () => {
    const { run, board, questions } = await twoBoards({ answer: (question) => !question.includes('CUTS THE POWER') });
    const report = await run();
    expect(report).toMatchObject({ ok: false, options: { readOnlyBits: 'ignored', extinCountOnRelease: 'reset' } });
    expect(report.message).toContain('ended by you');
    expect(report.options).not.toHaveProperty('extoutOnPowerCut');
    expect(questions.at(-1)).toContain('CUTS THE POWER OF raspberrypi-2');
    expect(board.powered).toBe(true);
  });

  it('leaves out the start from cold when that is not wanted', async () => {
    const { run, board } = await twoBoards({ answer: (question) => !question.includes('taken off') });
    const report = await run();
    expect(report.ok).toBe(true);
    expect(report.options).not.toHaveProperty('coldRegisters');
    expect(board.powered).toBe(true);
  });

  it('says so when the pulse does not arrive, and cuts nothing', async () => {
    const { run, cluster, board } = await twoBoards();
    cluster.harness.wires[1].state = 'open';
    expect(await run()).toMatchObject({ ok: false, message: expect.stringContaining('wire-test') });
    expect(board.powered).toBe(true);
  });

  it('says so when the other side is not there', async () => {
    const { cluster, director } = await twoBoards();
    const report = await cluster.clock.runUntil(characterize({ ...director, call: () => Promise.resolve(undefined) }));
    expect(report).toMatchObject({ ok: false, message: 'raspberrypi-2 did not answer within 1 min' });
  });

  it('asserts EXTOUT for nobody who does not hold the EXTIN of the subject', async () => {
    const { cluster } = await twoBoards();
    const [peer, board] = cluster.harness.boards;
    const [a, b] = conversationPair<string, string>(new PiProcess('a'), new PiProcess('b'));
    const served = serveDirector(
      {
        node: names[1],
        peer: names[0],
        clock: cluster.clock,
        assert: (hold) => cluster.pis[1].runAgent(requestOf(1, { action: 'test', hold, extinExpected: true })).outcome,
        log: () => {},
        openBoard: () => Sleepi3.open({ bus: board.bus, clock: cluster.clock, random: () => 0.5 }),
        observation: new Observation({ read: async () => undefined, replace: async () => {}, remove: async () => {} }),
      },
      inMessages(b, parseDirectorMessage),
    );
    const ask = async (message: object) => {
      a.send(JSON.stringify(message));
      return cluster.clock.runUntil(a.receive());
    };
    // A stranger on the network knows the names.
    await ask({ say: 'characterize', protocol: 1, node: names[0], peer: names[1] });
    for (const ioStatus of [1, 0b111, 255]) {
      expect(await ask({ say: 'put', ioStatus })).toContain('only while the director holds EXTIN');
      expect(board.extout).toBe(false);
    }
    await peer.bus.writeByte(0x6e, 0x0d, 1);
    expect(await ask({ say: 'put', ioStatus: 1 })).toContain('done');
    expect(board.extout).toBe(true);
    // Its director says nothing more: the line keeper ends what it has begun, and the subject hangs up.
    await cluster.clock.advance(6000);
    expect(board.extout).toBe(false);
    await peer.bus.writeByte(0x6e, 0x0d, 0);
    await cluster.clock.runUntil(served);
    expect(await cluster.clock.runUntil(a.receive())).toBeUndefined();
  });

  it('refuses a subject that is wired to somebody else', async () => {
    const { cluster, director } = await twoBoards();
    const report = await cluster.clock.runUntil(characterize({ ...director, node: 'raspberrypi-9' }));
    expect(report).toMatchObject({ ok: false, message: expect.stringContaining('wired to raspberrypi-1') });
  });
});

import type { Runner } from '@sleepi3/pcs';
import { answer } from '@sleepi3/pcs/testing';
import type { ProgramHost } from '../src/program/host.js';
import { colours } from '@sleepi3/program';
import { describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { designOf } from '../src/cluster/design.js';
import { readClusterFile } from '../src/config/read-cluster-file.js';
import { handOver } from '../src/prove/hand-over.js';
import { partiesOf } from '../src/prove/parties.js';
import { keptReport, type TurnReport } from '../src/prove/report.js';
import { proveParties, type ProveOptions } from '../src/prove/run-prove.js';
import type { Turn, TurnHost } from '../src/prove/turn.js';
import { three } from './other-clusters.js';
import { type Crooked, flag, names, proverPid, ProveWorld, url, type WorldProcess } from './prove-world.js';
import { withNodes } from './with-nodes.js';

const [first, second] = names;

interface Outcome {
  readonly status: number;
  readonly verdict: string;
  readonly refused: readonly string[];
  readonly turns: readonly TurnReport[];
  readonly told: string;
}

/** One run of prove. Without `here` it runs on a machine that is no node. */
async function prove(
  world: ProveWorld,
  {
    here,
    process = world.process(here),
    ask,
    pid = 1,
    ...options
  }: Partial<ProveOptions> & {
    readonly here?: string;
    readonly process?: WorldProcess;
    readonly ask?: (question: string) => Promise<string>;
    readonly pid?: number;
  } = {},
): Promise<Outcome> {
  let told = '';
  let json = '';
  const host: ProgramHost = {
    clock: process.clock,
    probe: process.probe,
    date: () => new Date(Date.UTC(2026, 10, 29) + world.now),
    signal: new AbortController().signal,
    runner: process.runner(first),
    hostname: () => here ?? 'laptop',
    pid,
    isRoot: () => true,
    write: (text) => (json += text),
    writeError: (text) => (told += text),
    colours: false,
    ask,
    readFile: () => Promise.reject(new Error('no file is needed')),
    writeFile: () => Promise.resolve(),
    readStdin: () => Promise.resolve(''),
  };
  const whole = { design: undefined, panic: false, yes: ask === undefined, json: true, result: false, ...options };
  const status = await proveParties(process.parties, whole, host, colours(false));
  return { status, told, ...(JSON.parse(json) as Omit<Outcome, 'status' | 'told'>) };
}

describe.runIf(haveRealParts('crm_simulate'))('cluster-setup prove', () => {
  it('cuts off each node in turn, from outside, and says how long the service was silent and what woke each', async () => {
    const world = new ProveWorld();
    const { status, verdict, turns, told } = await prove(world);
    expect([status, verdict]).toEqual([0, 'proven']);
    expect(turns).toMatchObject([
      {
        node: first,
        by: second,
        state: 'proven',
        wokenBy: ['extin'],
        silence: 0,
        askedFrom: 'laptop',
        askedFromNode: false,
      },
      { node: second, by: first, state: 'proven', wokenBy: ['extin'], address: { before: [second], after: [first] } },
    ]);
    // The address was on the second: silent from the cut until it was taken over.
    expect(turns[1]?.silence).toBeGreaterThan(1.5);
    expect(turns[1]?.silence).toBeLessThan(3);
    expect(told).toMatch(/waiting until raspberrypi-1 is back: \d+ s of at most 900 s/);
    expect(told).toMatch(/waiting until everything is healthy again \(.*raspberrypi-1 is not online/);
    expect(told).toContain('as clients ask it');
  });

  it('cuts off each node of a ring in turn, by the one before it', async () => {
    const world = new ProveWorld({}, true);
    const { status, turns, refused } = await prove(world);
    expect(refused).toEqual([]);
    expect(turns.map(({ node, by, state, reasons }) => [node, by, state, reasons])).toEqual([
      [three[0], three[2], 'proven', []],
      [three[1], three[0], 'proven', []],
      [three[2], three[1], 'proven', []],
    ]);
    expect(status).toBe(0);
    expect(world.nodes.map(({ boot }) => boot)).toEqual([2, 2, 2]);
  });

  it('says which node of a ring was cut in the place of another one', async () => {
    const { verdict, turns } = await prove(new ProveWorld({ wrongNode: true }, true), { only: three[0] });
    expect(verdict).toBe('not proven');
    expect(turns[0]?.reasons.join()).toMatch(/raspberrypi-2 was to stay up, but it (?:does not answer|has restarted)/);
  });

  it('crashes the kernel with the watchdog off, which comes back, and is fenced for it', async () => {
    const world = new ProveWorld();
    const { status, turns } = await prove(world, { panic: true, only: second });
    expect(turns).toMatchObject([{ node: second, how: 'panic', state: 'proven', wokenBy: ['extin'], reasons: [] }]);
    expect(status).toBe(0);
    expect(world.node(second)).toMatchObject({ watchdog: 60, timer: false, boot: 2 });
    const deeds = world.log.filter((line) => /heartbeat|i2cset|sysrq/.test(line));
    expect(deeds[0]).toContain('--unit=cluster-setup-heartbeat');
    expect(deeds[1]).toContain('i2cset -y 1 0x6e 0x09 0x00');
  });

  it('asks before each, and does nothing without an answer', async () => {
    const world = new ProveWorld();
    const questions: string[] = [];
    const asked = await prove(world, {
      ask: async (question) => {
        questions.push(question);
        return questions.length === 1 ? 'y' : 'n';
      },
    });
    expect(questions).toEqual([
      `Cut off the power of ${first}? ${url} goes on, on ${second}. [y/N] `,
      `Cut off the power of ${second}? ${url} goes on, on ${first}. [y/N] `,
    ]);
    expect(asked).toMatchObject({
      status: 3,
      refused: [`${second} was left alone`],
      turns: [{ node: first, state: 'proven' }],
    });
    expect(world.node(second).boot).toBe(1);
  });

  it('looks again after the answer: a person takes his time', async () => {
    const world = new ProveWorld();
    const { status, refused } = await prove(world, {
      ask: async () => {
        world.node(second).member = false;
        return 'y';
      },
    });
    expect([status, world.node(first).boot]).toEqual([3, 1]);
    expect(refused).toContain(`${second} is not online`);
  });

  it('has the other node make the turn of the node that it runs on, after that of the other', async () => {
    const world = new ProveWorld();
    let handed: Promise<Outcome> | undefined;
    world.onHandOver = (name, argv) => {
      world.provers.add(name);
      handed = prove(world, { here: name, only: argv[argv.indexOf('--only') + 1]!, url, pid: proverPid }).finally(() =>
        world.provers.delete(name),
      );
    };
    const before = prove(world, { here: first });
    while (handed === undefined) await world.pass(1);
    expect(await handed).toMatchObject({ status: 0, turns: [{ node: first, by: second, askedFromNode: true }] });
    // This process would be gone; where it is not, it tells what the other one says.
    expect(await before).toMatchObject({
      status: 0,
      turns: [
        { node: second, by: first },
        { node: first, by: second, state: 'proven' },
      ],
    });
    const { status, turns } = await prove(world, { result: true });
    expect([status, turns.map(({ node, state }) => [node, state])]).toEqual([
      0,
      [
        [first, 'proven'],
        [second, 'proven'],
      ],
    ]);
  });

  it('is not kept from it by a fencing that failed before, which doctor calls an error: it is what is to be proven', async () => {
    const world = new ProveWorld();
    world.node(first).findings = JSON.stringify([
      { check: 'fencing-proven', severity: 'error', fact: 'the last one failed' },
    ]);
    expect((await prove(world, { only: second })).verdict).toBe('proven');
  });

  it('says that the other node refused the turn that it was handed', async () => {
    const world = new ProveWorld();
    const { status, refused } = await prove(world, { here: first, only: first });
    expect([status, refused]).toEqual([3, [`${second} did not cut ${first} off: refused`]]);
  });
});

describe.runIf(haveRealParts('crm_simulate'))('prove refuses', () => {
  const cases: [string, (world: ProveWorld) => void, RegExp][] = [
    ['while the service does not answer', (world) => (world.serves = false), /does not answer: no answer/],
    ['while a node is away', (world) => (world.node(second).member = false), /raspberrypi-2 is not online/],
    [
      'while a node cannot be reached',
      (world) => (world.node(second).up = false),
      /ssh to raspberrypi-2 does not work/,
    ],
    ['while a node could not be fenced', (world) => (world.node(second).ready = false), /raspberrypi-2: EIPDE is 0/],
    [
      "with errors of doctor's",
      (world) =>
        (world.node(first).findings = JSON.stringify([{ check: 'x', severity: 'error', fact: 'all is lost' }])),
      /doctor: all is lost/,
    ],
    ['while another run is under way', (world) => world.provers.add(second), /under way on raspberrypi-2/],
  ];
  it.each(cases)('%s, and touches nothing', async (_, spoil, why) => {
    const world = new ProveWorld();
    spoil(world);
    const { status, refused, turns } = await prove(world);
    expect([status, turns]).toEqual([3, []]);
    expect(refused.join('\n')).toMatch(why);
    expect(world.log).toEqual([]);
  });
});

describe.runIf(haveRealParts('crm_simulate'))('in a crooked world prove does not call it proven', () => {
  const cases: [string, Crooked, Partial<ProveOptions>, RegExp][] = [
    ['the node does not return', { neverReturns: true }, {}, /did not come back within 900 s/],
    ['nobody answers at the new place', { silentService: true }, { only: second }, /did not answer within 180 s/],
    ['the fencing fails', { fencingFails: true }, {}, /pcs stonith fence raspberrypi-1 failed: .*unable to fence/],
    ['the fencing after a panic fails', { fencingFails: true }, { panic: true }, /no fencing is on record/],
    ['it is said to be off and runs on', { lyingFencing: true }, {}, /still runs: its power was not cut/],
    ['the wrong node loses its power', { wrongNode: true }, {}, /raspberrypi-2 was to stay up, but it does not answer/],
    ['somebody presses the switch', { wokenBy: flag.switch }, {}, /woken by switch, not by extin/],
    ['something else wakes it, too', { wokenBy: flag.extin | flag.watchdog }, {}, /also woken by watchdog/],
    ['the kernel does not crash', { sturdyKernel: true }, { panic: true }, /did not crash/],
    [
      'something does not run again',
      { deviceStays: true },
      {},
      /not healthy again within 900 s: .*fence_raspberrypi-1 does not run/,
    ],
  ];
  it.each(cases)('when %s', async (_, crooked, options, why) => {
    const world = new ProveWorld(crooked);
    const { status, verdict, turns } = await prove(world, options);
    expect([status, verdict]).toEqual([1, 'not proven']);
    // The other node is left alone.
    expect(turns).toHaveLength(1);
    expect(turns[0]?.reasons.join('\n')).toMatch(why);
    for (const { watchdog, crashed } of world.nodes) expect(crashed ? 60 : watchdog).toBe(60);
  });

  it('when the watchdog cannot be turned off: the kernel is left alone', async () => {
    const world = new ProveWorld({ stuckWatchdog: true });
    const { status, refused } = await prove(world, { panic: true });
    expect([status, refused.join()]).toEqual([3, expect.stringContaining('watchdog')]);
    expect(world.nodes.map(({ boot, watchdog, timer }) => [boot, watchdog, timer])).toEqual([
      [1, 60, false],
      [1, 60, false],
    ]);
  });

  it('says that the address moved back by itself', async () => {
    const { turns } = await prove(new ProveWorld({ failsBack: true }), { only: second });
    expect(turns[0]?.state).toBe('proven');
    expect(turns[0]?.remarks.join()).toMatch(/VIP moved by itself, from raspberrypi-1 to raspberrypi-2/);
  });

  it('knows where the address was at the blow, not where it was when it was looked at', async () => {
    const world = new ProveWorld();
    const { turns } = await prove(world, {
      only: second,
      process: Object.assign(world.process(undefined), {
        onChange: (when: string, what: string) => {
          if (when === 'before' && what.includes('proven-raspberrypi-2')) world.vip = first;
        },
      }),
    });
    expect(turns[0]).toMatchObject({ state: 'proven', address: { before: [first], after: [first] }, silence: 0 });
  });
});

describe.runIf(haveRealParts('crm_simulate'))('prove that is killed', () => {
  /** All moments before and after a change, of a run without a death. */
  async function moments(panic: boolean): Promise<number> {
    const world = new ProveWorld();
    const process = world.process(undefined);
    let count = 0;
    process.onChange = () => {
      count += 1;
    };
    await prove(world, { panic, only: second, process });
    return count;
  }

  it.each([
    ['a fencing', false],
    ['a panic', true],
  ])('at each step of %s leaves no watchdog off, and is begun again to its end', async (_, panic) => {
    const count = await moments(panic);
    expect(count).toBeGreaterThan(panic ? 10 : 6);
    for (let moment = 1; moment <= count; moment++) {
      const world = new ProveWorld();
      const process = world.process(undefined);
      let passed = 0;
      const died = new Promise<void>((resolve) => {
        process.onChange = () => {
          passed += 1;
          if (passed < moment || !process.alive) return;
          process.alive = false;
          resolve();
        };
      });
      await Promise.race([died, prove(world, { panic, only: second, process })]);
      const where = `killed at ${String(moment)} of ${String(count)}`;
      // Whatever became of it: the node turns its watchdog on again, by itself or at its boot.
      if (moment % 2 === 0) {
        await world.pass(400);
        expect([where, world.node(second).watchdog]).toEqual([where, 60]);
      }
      const again = await prove(world, { panic, only: second });
      expect([where, again.status, again.refused]).toEqual([where, 0, []]);
      expect(world.node(second)).toMatchObject({ watchdog: 60, timer: false });
      const kept = await keptReport(world.process(undefined).parties[0].machine, second);
      expect(kept?.state).toBe('proven');
    }
  });
});

describe('the turn of the node that prove runs on', () => {
  it('is made by the other one, which comes back by the user of the way there', async () => {
    const requests: string[] = [];
    const runner: Runner = {
      run: async ({ program, argv }) => {
        const line = [program, ...argv].join(' ');
        requests.push(line);
        return answer({ exitCode: line.includes('systemd-run') ? 1 : 0 });
      },
    };
    const host = {
      ...{ runner, hostname: () => 'raspberrypi-1', readFile: () => Promise.reject(new Error('none')) },
      ...{ signal: new AbortController().signal, date: () => new Date() },
    };
    const design = designOf(readClusterFile(withNodes(), 'cluster.yaml'));
    const destinations = async (ssh?: string) =>
      (await partiesOf(design, ssh, host)).map(({ destination }) => destination);
    expect(await destinations()).toEqual(['192.168.11.211', '192.168.11.179']);
    expect(await destinations('pi-2')).toEqual(['192.168.11.211', 'pi-2']);
    expect(await destinations('pi@pi-2')).toEqual(['pi@192.168.11.211', 'pi@pi-2']);
    const [target, survivor] = await partiesOf(design, 'pi@pi-2', host);
    const turn = { target, survivor, how: 'fence', service: { url: 'http://192.168.11.215/' } } as unknown as Turn;
    await expect(handOver(turn, {} as TurnHost)).rejects.toThrow();
    expect(requests.find((line) => line.includes('systemd-run'))).toMatch(
      /prove --only raspberrypi-1 .*--ssh pi@192\.168\.11\.211/,
    );
  });
});

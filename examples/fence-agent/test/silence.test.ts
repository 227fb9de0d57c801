import type { RunProgram } from '@sleepi3/driver';
import { VirtualClock } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { ask } from '../src/target/network-of-linux.js';
import { ownAmong } from '../src/target/peer-addresses.js';
import { type Answer, askEverywhere, type Hearing, SilenceWatch } from '../src/target/silence.js';

const heard = (answeredAt?: string): Hearing => ({ answeredAt, unasked: undefined });

/** A watch whose answers come one after the other, and how often it has asked. */
function watch(...answers: readonly (string | undefined)[]) {
  const asked: number[] = [];
  const clock = new VirtualClock();
  const silence = new SilenceWatch(async () => {
    asked.push(clock.now());
    return heard(answers[asked.length - 1]);
  });
  return { clock, silence, asked };
}

describe('whether the peer answers', () => {
  it('is asked once, at 11.2 s, before the hold is over', async () => {
    const { clock, silence, asked } = watch('10.0.0.2');
    for (const held of [0, 200, 11_199]) silence.onHeld(held);
    expect(asked).toHaveLength(0);
    for (const held of [11_200, 11_400, 12_000]) silence.onHeld(held);
    expect(asked).toHaveLength(1);
    expect(await clock.runUntil(silence.hearing(12_000, clock))).toEqual(heard('10.0.0.2'));
    expect(asked).toHaveLength(1);
    expect(clock.now()).toBe(0);
  });

  it('is asked again of a hold that was begun anew', async () => {
    const { clock, silence, asked } = watch('10.0.0.2', undefined);
    silence.onHeld(11_200);
    silence.onHeld(200);
    silence.onHeld(11_300);
    expect(asked).toHaveLength(2);
    expect(await clock.runUntil(silence.hearing(12_000, clock))).toEqual(heard());
  });

  it('is asked afterwards of a hold that is shorter, when the peer must be off', async () => {
    const { clock, silence, asked } = watch('10.0.0.2');
    silence.onHeld(11_000);
    expect(await clock.runUntil(silence.hearing(11_000, clock))).toEqual(heard('10.0.0.2'));
    expect(asked).toEqual([200]);
  });

  it('is asked at once of a long hold that nobody has followed', async () => {
    const { clock, silence, asked } = watch();
    expect(await clock.runUntil(silence.hearing(12_000, clock))).toEqual(heard());
    expect(asked).toEqual([0]);
  });
});

describe('all addresses of the peer', () => {
  const answers = (table: Readonly<Record<string, Answer>>) => async (address: string) => table[address] ?? 'silent';

  it('are asked, and one that answers is enough', async () => {
    const addresses = ['10.0.0.2', '10.0.1.2', 'fd00::2'];
    for (const address of addresses) {
      expect(await askEverywhere(addresses, answers({ [address]: 'answers' }))).toEqual(heard(address));
    }
    expect(await askEverywhere(addresses, answers({}))).toEqual(heard());
  });

  it('are silent as long as one could be asked, and could not be asked when none could', async () => {
    const unasked = { unasked: 'there is no ping' };
    expect(await askEverywhere(['a', 'b'], answers({ a: unasked }))).toEqual(heard());
    expect(await askEverywhere(['a', 'b'], answers({ a: unasked, b: unasked }))).toEqual({
      answeredAt: undefined,
      unasked: 'there is no ping',
    });
    expect(await askEverywhere([], answers({}))).toMatchObject({ unasked: 'no address of it is known' });
  });

  it('may not be those of this node, however they are spelled', async () => {
    const host = {
      ownAddresses: () => ['10.0.0.1', 'fd00::1'],
      resolve: async (name: string) => (name === 'me' ? ['10.0.0.1'] : []),
    };
    const option = '10.0.0.2, 10.0.0.1;FD00:0::1 me 127.0.0.9 other';
    expect(await ownAmong(option, host)).toEqual(['10.0.0.1', 'FD00:0::1', 'me', '127.0.0.9']);
    expect(await ownAmong('none', host)).toEqual([]);
  });
});

describe('a ping', () => {
  const counted = (line: string) =>
    `PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.\n\n--- ping statistics ---\n${line}\n`;

  /** Programs that print this; a program that is not there cannot be run. */
  function machine(programs: Readonly<Record<string, { status?: number; stdout?: string; stderr?: string }>>) {
    const ran: string[] = [];
    const run: RunProgram = async (command, words) => {
      ran.push([command, ...words].join(' '));
      const found = programs[[command, ...words.slice(0, 2)].join(' ')] ?? programs[command];
      if (!found) throw new Error(`spawn ${command} ENOENT`);
      return { status: 0, signal: null, stdout: '', stderr: '', timedOut: false, ...found };
    };
    return { run, ran };
  }

  it.each<[string, { status: number; stdout?: string; stderr?: string }, unknown]>([
    [
      'iputils, answered',
      { status: 0, stdout: counted('3 packets transmitted, 3 received, 0% packet loss') },
      'answers',
    ],
    ['iputils, one of three', { status: 0, stdout: counted('3 packets transmitted, 1 received, 66% loss') }, 'answers'],
    [
      'iputils, silent',
      { status: 1, stdout: counted('3 packets transmitted, 0 received, 100% packet loss') },
      'silent',
    ],
    [
      'iputils, unreachable',
      { status: 1, stdout: counted('3 packets transmitted, 0 received, +3 errors, 100% packet loss') },
      'silent',
    ],
    ['BusyBox, answered', { status: 0, stdout: counted('3 packets transmitted, 3 packets received') }, 'answers'],
    ['BusyBox, silent', { status: 1, stdout: counted('3 packets transmitted, 0 packets received') }, 'silent'],
    [
      'unknown options',
      { status: 1, stderr: "ping: invalid number '0.4'\n" },
      { unasked: expect.stringContaining('0.4') },
    ],
    [
      'a dead network',
      { status: 2, stderr: 'ping: connect: Network is unreachable\n' },
      { unasked: expect.anything() },
    ],
    [
      'a firewall of its own',
      {
        status: 1,
        stdout: counted('3 packets transmitted, 0 received'),
        stderr: 'ping: sendmsg: Operation not permitted',
      },
      { unasked: expect.stringContaining('not permitted') },
    ],
    ['a success that says nothing', { status: 0 }, { unasked: expect.stringContaining('ping says nothing') }],
  ])('of %s is read by what it counts', async (_, result, answer) => {
    expect(await ask('10.0.0.2', 3, machine({ ping: result }).run)).toEqual(answer);
  });

  it('that is not installed is told', async () => {
    expect(await ask('10.0.0.2', 3, machine({}).run)).toEqual({ unasked: expect.stringContaining('ENOENT') });
  });

  it('that is filtered does not hide what the neighbour table has heard since', async () => {
    const silent = { status: 1, stdout: counted('3 packets transmitted, 0 received') };
    const { run, ran } = machine({
      ping: silent,
      'ip neigh flush': {},
      'ip neigh show': { stdout: 'fd00::2 dev eth0 lladdr 02:00:00:00:00:01 router REACHABLE\n' },
    });
    expect(await ask('FD00:0::2', 3, run)).toBe('answers');
    expect(ran.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'ip neigh flush',
      'ping -n -q',
      'ip neigh show',
    ]);
  });

  it.each([
    ['STALE', { 'ip neigh flush': {}, 'ip neigh show': { stdout: '10.0.0.2 dev eth0 lladdr 02:0:0:0:0:1 STALE\n' } }],
    ['FAILED', { 'ip neigh flush': {}, 'ip neigh show': { stdout: '10.0.0.2 dev eth0 FAILED\n' } }],
    [
      'not to be forgotten, so that it may be of old',
      { 'ip neigh flush': { status: 2 }, 'ip neigh show': { stdout: '10.0.0.2 dev eth0 REACHABLE\n' } },
    ],
  ])('is silence where the neighbour table is %s', async (_, table) => {
    const silent = { status: 1, stdout: counted('3 packets transmitted, 0 received') };
    expect(await ask('10.0.0.2', 3, machine({ ping: silent, ...table }).run)).toBe('silent');
  });
});

// wire-test, wire-listen and characterize as real processes over TCP on loopback, on virtual boards on sockets.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { editDefaults, systemClock } from '@sleepi3/driver';
import { createHarness, type Harness, serveBoard } from '@sleepi3/simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';
import { builtAgent } from './built-agent.js';
import { type Service, startService } from './service.js';
import { inRealTime, until } from './until.js';

interface Run {
  readonly process: ChildProcess;
  readonly output: { out: string; err: string };
  readonly ended: Promise<number | null>;
}

describe.runIf(haveRealParts('flock', 'unshare'))('the wire test over TCP', inRealTime, () => {
  const agent = builtAgent();
  let directory: string;
  let harness: Harness;
  let servers: AsyncDisposable[];
  let services: Service[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fence-wire-'));
    harness = createHarness({ clock: systemClock, coldRegisters: { inputControl: 0b001 } });
    servers = await Promise.all(harness.boards.map((board, i) => serveBoard(board, { path: socketOf(i) })));
    const defaults = join(directory, 'sleepi3');
    await writeFile(defaults, editDefaults('', { EXTIN_FORCED_SHUTDOWN: true }));
    services = await Promise.all(
      [0, 1].map((index) => {
        const board = ['--bus', `unix:${socketOf(index)}`, '--address=0x6e', '--defaults-file', defaults];
        return startService(agent.program, join(directory, `state-${index}`), ...board);
      }),
    );
  });
  afterEach(async () => {
    await Promise.all(services.map((service) => service.stop()));
    harness.close();
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    await rm(directory, { recursive: true });
  });

  const socketOf = (index: number) => join(directory, `board-${index}`);

  const start = (index: 0 | 1, command: string, ...options: string[]): Run => {
    const names = index === 0 ? ['one', 'two'] : ['two', 'one'];
    const words = [
      ...['--self', names[0]!, '--peer', names[1]!, '--bus', `unix:${socketOf(index)}`, '--address=0x6e'],
      ...['--defaults-file', join(directory, 'sleepi3'), ...options],
    ];
    // Each on a host of its own name: who a node is cannot be told to it.
    const shell = ['--uts', 'sh', '-c', 'hostname "$1"; shift; exec "$@"', 'sh', names[0]!];
    const child = spawn('unshare', [...shell, agent.program, command, ...words], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...services[index]!.env },
    });
    const output = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (output.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output.err += chunk.toString()));
    return { process: child, output, ended: new Promise((resolve) => child.once('close', resolve)) };
  };

  const listen = async (...options: string[]): Promise<{ listener: Run; port: string }> => {
    const listener = start(1, 'wire-listen', '--bind=127.0.0.1', '--port=0', ...options);
    await until('it listens', () => listener.output.err.includes('listening on port'));
    const port = /on port (\d+)/.exec(listener.output.err)?.[1] ?? '';
    return { listener, port };
  };

  it('tests both directions and keeps the result on both nodes', async () => {
    // On a starved machine a pulse cannot be measured, and the tool says so: then a person would try again.
    const attempt = async (left: number): Promise<{ tester: Run; listener: Run; statuses: unknown[] }> => {
      const { listener, port } = await listen();
      const tester = start(0, 'wire-test', '--both', '--host=127.0.0.1', `--port=${port}`, '--json');
      const statuses = [await tester.ended, await listener.ended];
      return left > 0 && tester.output.out.includes('"inconclusive"')
        ? attempt(left - 1)
        : { tester, listener, statuses };
    };
    const { tester, listener, statuses } = await attempt(5);
    expect(statuses, tester.output.out).toEqual([0, 0]);
    expect(JSON.parse(tester.output.out)).toMatchObject({
      ok: true,
      directions: [
        { from: 'one', to: 'two', verdict: 'sound' },
        { from: 'two', to: 'one', verdict: 'sound' },
      ],
    });
    expect(listener.output.out).toContain('one to two: fencing would work');
    for (const index of [0, 1]) {
      expect(await keptIn(join(directory, `state-${index}`))).toMatch(/^\d{4}-\d\d-\d\dT.*Z sound\n$/);
    }
    expect(harness.boards.map(({ extout }) => extout)).toEqual([false, false]);
  });

  it('finds an open wire and says so with exit status 1', async () => {
    harness.wires[1].state = 'open';
    const test = async () => {
      const { listener, port } = await listen();
      const tester = start(0, 'wire-test', '--host=127.0.0.1', `--port=${port}`);
      expect([await tester.ended, await listener.ended]).toEqual([1, 1]);
      return tester.output.err;
    };
    let said = await test();
    // On a starved machine the samples lie too far apart to say so.
    for (let tries = 1; said.includes('too slow') && tries < 10; tries++) said = await test();
    expect(said).toContain('fence_sleepi3 wire-test: one to two: nothing arrived');
    expect(await keptIn(join(directory, 'state-0'))).toMatch(/ open\n$/);
  });

  it('says what to do when nobody listens, and gives no pulse', async () => {
    const tester = start(0, 'wire-test', '--host=127.0.0.1', '--port=1');
    expect(await tester.ended).toBe(1);
    expect(tester.output.err).toContain('see systemctl status fence-sleepi3.service on two');
    expect(harness.boards[0].extout).toBe(false);
  });

  it('killed in mid-pulse, has the line released', async () => {
    const { listener, port } = await listen('--timeout=30');
    const tester = start(0, 'wire-test', '--host=127.0.0.1', `--port=${port}`);
    await until('the line is asserted', () => harness.boards[0].extout);
    tester.process.kill('SIGKILL');
    await until('the line is released', () => !harness.boards[0].extout);
    expect(harness.boards[1].powered).toBe(true);
    await until('the listener has noticed', () => listener.output.err.includes('did not get to its end'));
    listener.process.kill('SIGTERM');
    expect(await listener.ended).toBe(1);
  });

  it('is followed by characterize, which asks, cuts, wakes and finds out', async () => {
    const { boards } = harness;
    let subject = start(1, 'characterize', '--subject', '--bind=127.0.0.1', '--port=0');
    await until('it listens', () => subject.output.err.includes('listening on port'));
    const port = `--port=${/on port (\d+)/.exec(subject.output.err)?.[1] ?? ''}`;
    boards[1].on('power', ({ on }) => {
      if (on) return;
      subject.process.kill('SIGKILL');
      process.kill(services[1]!.pid, 'SIGSTOP'); // and nobody starts another one on a Pi without power
    });
    const director = start(0, 'characterize', '--host=127.0.0.1', port, '--json');
    const answer = async (question: string, words: string) => {
      await until(question, () => director.output.err.includes(question));
      director.process.stdin?.write(`${words}\n`);
    };
    await answer('Is that so?', 'yes');
    await answer('CUTS THE POWER OF two', 'yes');
    await answer('press the switch', '');
    // Not done: then the run ends here, and says what it found until then.
    expect(await director.ended).toBe(1);
    expect(JSON.parse(director.output.out)).toMatchObject({
      ok: false,
      // When in the second the input is looked at is measured, in real time: what it makes of it is asserted on virtual time.
      options: {
        extinPhase: expect.any(Number),
        extinCountOnRelease: 'reset',
        readOnlyBits: 'ignored',
        extoutOnPowerCut: 'held',
      },
    });
    expect(boards[1].powered).toBe(false);
    expect(boards[0].powered).toBe(true);
    // The other one still asserts its EXTOUT: to cut this one at once would be a poor end of the run.
    expect(boards[0].bit('EIPDE')).toBe(false);
    expect(director.output.err).toContain('EIPDE of one stays 0');
    // The next boot of the other one keeps its registers, once.
    boards[1].setSwitch(true);
    subject = start(1, 'characterize', '--subject', '--bind=127.0.0.1', '--port=0');
    expect(await readFile(join(directory, 'state-1', 'observed'), 'utf8')).toBe('armed\n');
    process.kill(services[1]!.pid, 'SIGKILL');
    await until('the next line keeper has kept them', () => services[1]!.log.includes('registers of this boot'));
    expect(JSON.parse(await readFile(join(directory, 'state-1', 'observed'), 'utf8'))).toMatchObject({ version: 0 });
    subject.process.kill('SIGKILL');
  });

  it('ends in time although somebody is connected who never says a word and never hangs up', async () => {
    const { listener, port } = await listen('--timeout=2');
    const silent = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    silent.on('error', () => undefined);
    expect(await listener.ended).toBe(1);
    silent.destroy();
  });

  it('outlives garbage on its port and serves the next tester', async () => {
    const { listener, port } = await listen();
    for (const garbage of ['GET / HTTP/1.1\r\n\r\n', 'x'.repeat(1_000_000), '{"say":"turn"}\n', '\u0000\n\n\n']) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), '127.0.0.1', () => socket.end(garbage));
        socket.on('error', () => undefined);
        socket.on('close', () => {
          resolve();
        });
      });
    }
    const tester = start(0, 'wire-test', '--host=127.0.0.1', `--port=${port}`);
    expect([await tester.ended, await listener.ended]).toEqual([0, 0]);
  });
});

function keptIn(directory: string): Promise<string> {
  return readFile(join(directory, 'wire-test'), 'utf8');
}

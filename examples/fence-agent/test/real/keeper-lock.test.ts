// One line keeper a machine: started by systemd with its socket, by hand, and both, as real processes on a virtual board.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { editDefaults, systemClock } from '@sleepi3/driver';
import { createHarness, serveBoard } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';
import { builtAgent } from './built-agent.js';
import { socketUnit, startKeeper } from './service.js';
import { until } from './until.js';

describe.runIf(haveRealParts('flock')).concurrent('the line keeper of a machine', { timeout: 120_000 }, () => {
  const agent = builtAgent();

  /** A machine with a board; the line keeper's files are in `state`. */
  async function machine() {
    const directory = await mkdtemp(join(tmpdir(), 'fence-lock-'));
    const state = join(directory, 'state');
    await mkdir(state, { mode: 0o700 });
    const harness = createHarness({ clock: systemClock, coldRegisters: { inputControl: 0b001 } });
    const board = harness.boards[1];
    const server = await serveBoard(board, { path: join(directory, 'board.sock') });
    const defaults = join(directory, 'sleepi3');
    await writeFile(defaults, editDefaults('', { EXTIN_FORCED_SHUTDOWN: true, HEARTBEAT_TIMEOUT: 0 }));
    const words = ['--bus', `unix:${join(directory, 'board.sock')}`, '--defaults-file', defaults];
    return {
      ...{ board, state },
      service: (socket: { readonly fd: number }) => startKeeper(agent.program, state, words, socket),
      byHand: () => startKeeper(agent.program, state, words),
      [Symbol.asyncDispose]: async () => {
        await server.close();
        harness.close();
        await rm(directory, { recursive: true });
      },
    };
  }

  it('is the service: one that is started by hand beside it ends, and touches neither its line nor its socket', async () => {
    await using here = await machine();
    await using socket = await socketUnit(here.state);
    await using service = here.service(socket);
    await service.ready();
    const { ino } = await stat(socket.path);
    here.board.poke('ioStatus', 1); // as in a hold
    await using second = here.byHand();
    expect(await second.ended).toEqual([1, null]);
    expect(second.log).toBe(
      `fence_sleepi3 keeper: a line keeper is running already, process ${service.pid} of fence-sleepi3.service ` +
        '(systemctl status fence-sleepi3.service): each machine has only one\n',
    );
    expect(here.board.extout).toBe(true);
    expect((await stat(socket.path)).ino).toBe(ino);
    await answers(socket.path);
  });

  it('is the service although that is not running just now: its socket is not taken from it', async () => {
    await using here = await machine();
    await using socket = await socketUnit(here.state);
    here.board.poke('ioStatus', 1);
    await using byHand = here.byHand();
    expect(await byHand.ended).toEqual([1, null]);
    expect(byHand.log).toContain(`fence-sleepi3.socket listens at ${socket.path}`);
    expect(byHand.log).toContain('systemctl stop fence-sleepi3.socket fence-sleepi3.service');
    expect(here.board.extout).toBe(true);
    await using service = here.service(socket);
    await service.ready();
    await answers(socket.path);
  });

  it('waits, as a service, for one that has not ended yet, and says for whom', async () => {
    await using here = await machine();
    await using byHand = here.byHand();
    await byHand.ready();
    await rm(join(here.state, 'keeper.sock')); // as systemd does with what is in the way of its socket
    await using socket = await socketUnit(here.state);
    await using service = here.service(socket);
    await until('it waits', () => service.log !== '');
    expect(service.log).toBe(
      `waiting for another line keeper to end, process ${byHand.pid}, which is not fence-sleepi3.service (ps -fp ${byHand.pid})\n`,
    );
    byHand.kill('SIGKILL');
    await service.ready();
  });

  it('ends well, as a service, when it is stopped while it waits', async () => {
    await using here = await machine();
    await using byHand = here.byHand();
    await byHand.ready();
    await rm(join(here.state, 'keeper.sock'));
    await using socket = await socketUnit(here.state);
    await using service = here.service(socket);
    await until('it waits', () => service.log !== '');
    service.kill('SIGTERM');
    expect(await service.ended).toEqual([0, null]);
  });

  it('follows at once upon one that was killed, and takes its socket', async () => {
    await using here = await machine();
    const first = here.byHand();
    await first.ready();
    first.kill('SIGKILL');
    await first.ended;
    expect(existsSync(join(here.state, 'keeper.sock'))).toBe(true);
    await using second = here.byHand();
    await second.ready();
    expect(second.log).not.toContain('waiting');
    await answers(join(here.state, 'keeper.sock'));
  });

  it('keeps the line as a service where its lock cannot be made', async () => {
    await using here = await machine();
    await mkdir(join(here.state, 'keeper.lock'));
    await using socket = await socketUnit(here.state);
    await using service = here.service(socket);
    await service.ready();
    expect(service.log).toContain('a second line keeper, started by hand, would not be refused');
  });
});

/** Resolves when a line keeper answers there. */
const answers = (path: string) =>
  until('a line keeper answers', () => {
    const socket = connect(path);
    socket.write('{"ask":"report","board":{}}\n');
    return new Promise<boolean>((resolve) => {
      socket.once('data', (chunk) => {
        resolve(chunk.toString().includes('alive'));
        socket.destroy();
      });
      socket.once('close', () => {
        resolve(false);
      });
      socket.on('error', () => undefined);
    });
  });

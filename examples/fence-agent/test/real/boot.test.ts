// boot as a real process where there is no line keeper, on a virtual board on a socket that is not there at first.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { editDefaults, systemClock } from '@sleepi3/driver';
import { serveBoard, VirtualBoard } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';
import { buildAgent } from './live-cluster.js';
import { until } from './until.js';

describe.runIf(haveRealParts('flock'))('boot as a process', () => {
  it('waits for the board, then releases EXTOUT and makes the node fenceable', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'fence-boot-'));
    const program = buildAgent(join(directory, 'dist'));
    const path = join(directory, 'board');
    const defaults = join(directory, 'sleepi3');
    await writeFile(defaults, editDefaults('', { EXTIN_FORCED_SHUTDOWN: true }));
    const board = new VirtualBoard({ clock: systemClock, coldRegisters: { inputControl: 0b010, ioStatus: 1 } });

    const boot = spawn(program, ['boot', '--json', `--bus=unix:${path}`, `--defaults-file=${defaults}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FENCE_SLEEPI3_DIRECTORY: join(directory, 'state') },
    });
    let out = '';
    let err = '';
    boot.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    boot.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const ended = once(boot, 'close');
    await until('it says why it waits', () => err.includes('trying again'));
    const server = await serveBoard(board, { path });
    expect(await ended).toEqual([0, null]);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      extout: 'released',
      extinPowerdown: 'set',
      extinTrigger: 'set',
    });
    expect([board.extout, board.bit('EIPDE'), board.bit('EITRG')]).toEqual([false, true, false]);
    await server.close();
    board.close();
    await rm(directory, { recursive: true });
  });
});

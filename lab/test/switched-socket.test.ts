// The switched socket over real HTTP: what hangs at it is the virtual board of a harness.
import { createHarness, VirtualClock } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { SwitchedSockets } from '../src/network/switched-socket.js';

async function served() {
  const clock = new VirtualClock();
  const { boards } = createHarness({ clock });
  const notes: string[] = [];
  const sockets = new SwitchedSockets(boards, clock, (text) => notes.push(text));
  const port = await sockets.listen('127.0.0.1', 0);
  const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}/${path}`, { method: 'POST' })).status;
  return { clock, boards, notes, ask, sockets };
}

describe('a switched socket', () => {
  it('takes the power of one board and its Pi, and gives it back', async () => {
    const { boards, notes, ask, sockets } = await served();
    const [first, second] = boards;
    expect(await ask(`off/${second.name}`)).toBe(200);
    expect([first.powered, second.powered]).toEqual([true, false]);
    expect(await ask(`on/${second.name}`)).toBe(200);
    expect(second.powered).toBe(true);
    expect(notes).toEqual([`socket of ${second.name}: off`, `socket of ${second.name}: on`]);
    expect(sockets.switched.map(({ action }) => action)).toEqual(['off', 'on']);
    sockets.close();
  });

  it('answers a reboot when the power is back', async () => {
    const { clock, boards, ask, sockets } = await served();
    const [first] = boards;
    const answered = ask(`reboot/${first.name}`);
    await expect.poll(() => first.powered).toBe(false);
    await clock.advance(2000);
    expect(await answered).toBe(200);
    expect(first.powered).toBe(true);
    sockets.close();
  });

  it('answers a monitor, and knows no other node and no other action', async () => {
    const { boards, notes, ask, sockets } = await served();
    expect(await ask('monitor/')).toBe(200);
    expect(await ask('off/nobody')).toBe(404);
    expect(await ask(`explode/${boards[0].name}`)).toBe(404);
    expect(notes).toEqual([]);
    sockets.close();
  });
});

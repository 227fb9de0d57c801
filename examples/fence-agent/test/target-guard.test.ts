import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardTarget, type NamedTarget } from '../src/target/guard.js';

const wiring = { self: 'raspberrypi-1', peer: 'raspberrypi-2' };

describe('the target guard', () => {
  it.each([
    ['nodename', { nodename: 'raspberrypi-2' }],
    ['plug', { plug: 'raspberrypi-2' }],
    ['port', { port: 'raspberrypi-2' }],
    ['all three alike', { nodename: 'raspberrypi-2', plug: 'raspberrypi-2', port: 'raspberrypi-2' }],
  ])('lets the peer through when it comes as %s', (_, named) => {
    expect(guardTarget(named, wiring)).toEqual({ target: 'raspberrypi-2' });
  });

  it('refuses this node itself, because its EXTOUT would shoot the peer', () => {
    expect(guardTarget({ nodename: 'raspberrypi-1' }, wiring)).toEqual({
      refusal: expect.stringContaining('this node itself'),
    });
  });

  it('refuses a stranger', () => {
    expect(guardTarget({ nodename: 'raspberrypi-3' }, wiring)).toEqual({
      refusal: expect.stringContaining('only act on raspberrypi-2'),
    });
  });

  it('refuses a request without a target', () => {
    expect(guardTarget({}, wiring)).toEqual({ refusal: expect.stringContaining('no target') });
    expect(guardTarget({ plug: '' }, wiring)).toEqual({ refusal: expect.stringContaining('no target') });
  });

  it('compares names as Pacemaker does, without regard to case, and answers in the spelling of the wiring', () => {
    const named = { nodename: 'RASPBERRYPI-2', plug: 'Raspberrypi-2' };
    expect(guardTarget(named, wiring)).toEqual({ target: 'raspberrypi-2' });
    expect(guardTarget({ port: 'RaspberryPi-1' }, wiring)).toEqual({ refusal: expect.stringContaining('itself') });
  });

  it.each([
    { self: 'pi-a', peer: 'pi-b' },
    { self: 'pi-a.example.com', peer: 'pi-b.example.com' },
  ])('refuses what a pcmk_host_map makes of a target, and names it (nodes $self and $peer)', (names) => {
    const stdin = readFileSync(new URL('fixtures/fence-host-map.stdin', import.meta.url), 'utf8');
    const named: NamedTarget = Object.fromEntries(stdin.split('\n').map((line) => line.split('=') as [string, string]));
    expect(guardTarget(named, names)).toEqual({ refusal: expect.stringContaining('pcmk_host_map') });
  });

  it('refuses targets that contradict each other, even if one of them is the peer', () => {
    expect(guardTarget({ plug: 'raspberrypi-2', nodename: 'raspberrypi-1' }, wiring)).toEqual({
      refusal: expect.stringContaining('contradictory'),
    });
  });

  it('never lets anything but the peer through', () => {
    const name = fc.option(
      fc.oneof(
        fc.string(),
        fc.constantFrom('raspberrypi-1', 'raspberrypi-2', 'RASPBERRYPI-2', ' raspberrypi-2', 'raspberrypi-2.'),
      ),
      { nil: undefined },
    );
    fc.assert(
      fc.property(name, name, name, (plug, port, nodename) => {
        const result = guardTarget({ plug, port, nodename }, wiring);
        const named = [plug, port, nodename].filter((given) => given !== undefined && given !== '');
        const onlyPeer = named.length > 0 && named.every((given) => given?.toLowerCase() === 'raspberrypi-2');
        expect('target' in result).toBe(onlyPeer);
      }),
    );
  });
});

// What holds for every input.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boolean, choice, defineFenceAgent, integer, seconds, standard, string } from '../src/index.js';
import { pacemakerEnvironment, pacemakerInput, runInMemory } from '../src/testing/index.js';
import { description } from './agents.js';
import { judge, notingAgent, randomRequest } from './random-requests.js';

describe('of ten thousand random requests', () => {
  it('none crashes the agent, and none moves anything that was not plainly asked for', async () => {
    const noting = notingAgent();
    let acted = 0;
    await fc.assert(
      fc.asyncProperty(randomRequest, async (request) => {
        expect(await judge(noting, request)).toBeUndefined();
        acted += noting.told.length;
      }),
      { numRuns: 10_000 },
    );
    // The generator must hit well-formed requests too, or the above says little.
    expect(acted).toBeGreaterThan(300);
  });
});

describe('the same request', () => {
  const text = fc.string({ maxLength: 12 }).filter((one) => one.trim() === one && !/^".*"$|[\r\n]/.test(one));
  const request = fc.record(
    {
      plug: text.filter((one) => one !== ''),
      bus: text,
      hold: fc.integer({ min: 11, max: 30 }),
      level: fc.integer({ min: -9, max: 9 }),
      color: fc.constantFrom('red', 'RED', 'green'),
      fast: fc.constant(true),
      quiet: fc.constant(true),
      power_timeout: fc.nat({ max: 1000 }),
      plug_separator: fc.constantFrom('|', ':', '//'),
      disable_timeout: fc.constantFrom('true', 'no'),
      verbose_level: fc.nat({ max: 3 }),
    },
    { requiredKeys: [] },
  );

  const optionsSeen = async (input: { argv: string[] } | { stdin: string; env?: Record<string, string> }) => {
    let seen: unknown = 'nothing';
    const agent = defineFenceAgent({
      ...description,
      options: {
        plug: standard,
        bus: string({ short: 'b', description: 'bus' }),
        hold: seconds({ default: 12, min: 11, max: 30, description: 'hold' }),
        level: integer({ min: -9, max: 9, description: 'level' }),
        color: choice({ choices: ['red', 'green'], description: 'color' }),
        fast: boolean({ description: 'fast' }),
      },
      off: () => Promise.resolve(),
      on: () => Promise.resolve(),
      monitor: ({ options, plugs }) => {
        seen = { options, plugs };
        return Promise.resolve();
      },
    });
    const { exitStatus, stderr } = await runInMemory(agent, input);
    return { exitStatus, seen, failed: stderr !== '' };
  };

  it('has the same options on the command line and on stdin', async () => {
    await fc.assert(
      fc.asyncProperty(request, fc.nat(), fc.boolean(), async (options, seed, separate) => {
        const entries = Object.entries(options);
        const flags = ['fast', 'quiet'];
        const long = (name: string) => `--${name.replaceAll('_', '-')}`;
        const argv = entries.flatMap(([name, value]) =>
          flags.includes(name)
            ? [long(name)]
            : separate
              ? [long(name), String(value)]
              : [`${long(name)}=${String(value)}`],
        );
        const parameters = Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
        const stdin = pacemakerInput({ action: 'monitor', parameters, seed });
        expect(await optionsSeen({ stdin })).toEqual(await optionsSeen({ argv: [...argv, '-o', 'monitor'] }));
      }),
      { numRuns: 1000 },
    );
  });

  it('has the same options in whatever order Pacemaker sends them', async () => {
    await fc.assert(
      fc.asyncProperty(request, fc.nat(), async (options, seed) => {
        const parameters = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, String(value)]));
        const send = (order: number) =>
          optionsSeen({
            stdin: pacemakerInput({ action: 'monitor', parameters, seed: order }),
            env: pacemakerEnvironment,
          });
        expect(await send(seed)).toEqual(await send(seed + 1));
      }),
      { numRuns: 300 },
    );
  });
});

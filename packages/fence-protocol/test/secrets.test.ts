// What is given to an option of secret type is found in no log, at no verbosity, whatever goes wrong.
import { describe, expect, it } from 'vitest';
import { defineFenceAgent, FenceError, integer, standard, string } from '../src/index.js';
import { type MemoryInput, runInMemory } from '../src/testing/index.js';
import { description } from './agents.js';

const password = 'tr0ub4dor & 3';

/** An agent that tells everybody its secrets. */
const indiscreet = (how: 'answers' | 'fails' | 'crashes') =>
  defineFenceAgent({
    ...description,
    options: {
      username: standard,
      password: standard,
      pin: integer({ description: 'A PIN', secret: true, max: 99_999_999 }),
      token: string({ description: 'A token', secret: true, oldName: 'api_key' }),
    },
    off: async () => {},
    on: async () => {},
    monitor: async ({ log, options }) => {
      for (const level of ['error', 'warning', 'info', 'debug'] as const) {
        log[level](
          `logging in: ${JSON.stringify(options)}\nwith ${options.password}, ${options.pin}, ${options.token}`,
        );
      }
      const told = `refused: ${options.password} ${options.pin} ${options.token}`;
      if (how === 'fails') throw new FenceError('DEVICE', told, { cause: new Error(told) });
      if (how === 'crashes') throw new TypeError(told, { cause: new Error(told, { cause: new Error(told) }) });
    },
  });

async function everythingLogged(input: MemoryInput, how: 'answers' | 'fails' | 'crashes' = 'answers'): Promise<string> {
  const { stdout, stderr, syslog, debugFiles } = await runInMemory(indiscreet(how), input);
  const logged = [stdout, stderr, ...syslog, ...debugFiles.values()].join('\n');
  expect(logged).not.toBe('');
  return logged;
}

describe('a secret option', () => {
  const loudest = ['action=monitor', 'verbose=1', 'verbose_level=9', 'debug_file=/d'];

  it.each(['answers', 'fails', 'crashes'] as const)(
    'is in no log at the highest verbosity, nor in the debug file, when the agent %s',
    async (how) => {
      const stdin = [...loudest, `passwd=${password}`, 'pin=0815123', 'api_key=k3yk3y'].join('\n');
      const argv = [
        '-omonitor',
        '-vvv',
        '--verbose-level=9',
        '-D',
        '/d',
        '-p',
        password,
        '--pin=0815123',
        '--token=k3yk3y',
      ];
      for (const input of [{ stdin }, { argv }]) {
        const logged = await everythingLogged(input, how);
        expect(logged).toContain('logging in');
        expect(logged).not.toMatch(/tr0ub4dor|815123|k3yk3y/);
      }
    },
  );

  it('is not shown when it is refused', async () => {
    for (const input of [
      { stdin: [...loudest, 'pin=0815x'].join('\n') },
      { argv: ['-omonitor', '--pin=0815x'] },
      { stdin: [...loudest, 'token=0815x', 'api_key=0815y'].join('\n') },
    ]) {
      expect(await everythingLogged(input)).not.toContain('0815');
    }
  });

  it('is not shown when it was not quoted, or has two lines', async () => {
    expect(await everythingLogged({ argv: ['-omonitor', '-v', '-p', ...password.split(' ')] })).not.toMatch(
      /tr0ub|&| 3 /,
    );
    const twoLines = await everythingLogged({ stdin: [...loudest, 'passwd=first', 'tr0ub4dor'].join('\n') });
    expect(twoLines).toContain('Ignoring line 6');
    expect(twoLines).not.toContain('tr0ub4dor');
  });

  it('is not shown when a program printed it', async () => {
    const agent = defineFenceAgent({
      ...description,
      options: { password: standard },
      off: async () => {},
      on: async () => {},
      monitor: async ({ options }) => Promise.reject(new Error(`refused: ${options.password}`)),
    });
    const argv = ['-omonitor', '-vvv', '-D', '/d', '-p', 'not used', '-S', '/script'];
    const { stderr, syslog, debugFiles } = await runInMemory(agent, { argv, scripts: { '/script': password } });
    expect([stderr, ...syslog, ...debugFiles.values()].join('\n')).not.toMatch(/tr0ub4dor|not used/);
  });
});

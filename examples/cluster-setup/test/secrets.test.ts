// hacluster's password is found in no argument, file, script, output or error, however the set-up goes.
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Pcs, type RawResult, type RunRequest } from '@sleepi3/pcs';
import { answer, FakeCluster } from '@sleepi3/pcs/testing';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { designOf } from '../src/cluster/design.js';
import { readClusterFile } from '../src/config/read-cluster-file.js';
import { dockerDropIn } from '../src/nodes/docker.js';
import { apply } from '../src/plan/apply.js';
import { plan } from '../src/plan/plan.js';
import { Reality } from '../src/plan/reality.js';
import { scriptFor } from '../src/plan/script.js';
import { allSteps } from '../src/plan/steps.js';
import { colours } from '@sleepi3/program';
import { run } from '../src/program/run.js';
import { showPlan } from '../src/program/show-plan.js';
import { FakePi } from './fake-pi.js';
import { instantClock } from './instant-clock.js';
import { withNodes } from './with-nodes.js';

const password = 'tr0ub4dor & "3" $HOME %s';
/** The least of it that would help somebody. */
const telltale = 'tr0ub4dor';
const design = designOf(readClusterFile(withNodes(), 'cluster.yaml'));
const names = ['raspberrypi-1', 'raspberrypi-2'] as const;
const everything = (...things: unknown[]) =>
  things.map((one) => inspect(one, { depth: Infinity, showHidden: true, maxStringLength: Infinity })).join('\n');

describe.runIf(haveRealParts('pcs', 'cibadmin', 'crm_simulate', 'crm_mon'))('apply, with real pcs', () => {
  it("leaves hacluster's password in no argument, file, script or output, and gives it through pipes alone", async () => {
    await using cluster = await FakeCluster.create({ nodes: names, password });
    const pis = [new FakePi(names[0], cluster), new FakePi(names[1], cluster)] as const;
    const words: unknown[] = [];
    const inputs: (string | undefined)[] = [];
    for (const pi of pis) {
      const inner = pi.run.bind(pi);
      pi.run = (program, argv, options) => {
        words.push([program, ...argv]);
        inputs.push(options?.stdin);
        return inner(program, argv, options);
      };
    }
    const pcs = new Pcs({ runner: cluster });
    const reality = new Reality({ local: pis[0], others: [pis[1]], pcs, destroyable: new Set() });
    const told: unknown[] = [];
    const steps = allSteps(design, reality);
    const shown = await showPlan(design, await plan(steps, reality), pcs, colours(false));
    // The steps that come after it have no password.
    const last = steps.findIndex(({ id }) => id === 'known');
    await apply(steps.slice(0, last + 1), reality, {
      clock: instantClock(),
      password: async () => password,
      onStep: (step, todo, state) => told.push(step.title, todo.differences, state),
      onWarning: (text) => told.push(text),
    });

    expect(inputs.filter((input) => input?.includes(password))).toEqual(names.map(() => `hacluster:${password}\n`));
    expect(cluster.requests.filter(({ stdin }) => stdin === `${password}\n`)).toHaveLength(1);
    const argvs = cluster.requests.map(({ program, argv, env }) => ({ program, argv, env }));
    const files = pis.map((pi) => [...pi.files]);
    expect(everything(words, argvs, files, told, shown, await scriptFor(design))).not.toContain(telltale);
  }, 600_000);
});

describe('the program, when a command that was given the password', () => {
  const says = (stdin: string) => ({ stdout: stdin, stderr: `line 1: ${stdin}` });
  const endings: Readonly<Record<string, (stdin: string) => Promise<RawResult>>> = {
    'succeeds, and prints it': async (stdin) => answer(says(stdin)),
    'fails, and prints it': async (stdin) => answer({ exitCode: 1, ...says(stdin) }),
    'fails as ssh does, and prints it': async (stdin) => answer({ exitCode: 255, ...says(stdin) }),
    'does not end': async (stdin) => ({ ...answer(says(stdin)), exitCode: null, timedOut: true }),
    'is killed': async (stdin) => ({ ...answer(says(stdin)), exitCode: null, signal: 'SIGKILL' }),
    'cannot be started': async (stdin) => Promise.reject(new Error(`spawn E2BIG ${stdin}`)),
  };

  it.each(Object.keys(endings))('%s, shows nothing of it', async (ending) => {
    for (const source of ['--password-file=/pw', '--password-stdin', 'asked']) {
      const printed: string[] = [];
      const given: RunRequest[] = [];
      const others: unknown[] = [];
      const runner = {
        run: async (request: RunRequest) => {
          const { program, argv, stdin } = request;
          if (typeof stdin === 'string' && stdin.includes(password)) {
            given.push(request);
            return endings[ending]!(stdin);
          }
          others.push(request);
          return answerOfPreparedNode(program, argv);
        },
      };
      await run(['prepare', 'cluster.yaml', ...(source === 'asked' ? [] : [source])], {
        clock: instantClock(),
        date: () => new Date(),
        runner,
        probe: async () => ({ ok: true, fact: 'HTTP 200' }),
        hostname: () => names[0],
        pid: 1,
        isRoot: () => true,
        write: (text) => printed.push(text),
        writeError: (text) => printed.push(text),
        colours: false,
        ask: async () => password,
        readFile: async (path) => (path === '/pw' ? `${password}\n` : withNodes()),
        writeFile: () => Promise.resolve(),
        readStdin: async () => `${password}\n`,
        signal: new AbortController().signal,
      }).catch((error: unknown) => printed.push(everything(error)));
      expect(given).toHaveLength(1);
      expect(printed.join('')).toContain("hacluster's password");
      expect(
        everything(
          printed,
          others,
          given.map(({ argv }) => argv),
        ),
      ).not.toContain(telltale);
    }
  });
});

/** A node on which everything is done but the password. */
function answerOfPreparedNode(program: string, argv: readonly string[]): RawResult {
  const files: Readonly<Record<string, string>> = {
    '/etc/hosts': '192.168.11.211 raspberrypi-1\n192.168.11.179 raspberrypi-2\n',
    '/etc/default/sleepi3': 'EXTIN_FORCED_SHUTDOWN=1\n',
    [dockerDropIn.path]: dockerDropIn.text,
  };
  if (program === 'dpkg-query') {
    return answer({
      stdout: argv
        .slice(2)
        .map((one) => `installed ${one} \n`)
        .join(''),
    });
  }
  if (program === 'sh' && argv[1]?.includes('cat -- "$1"')) {
    const text = files[argv.at(-1) ?? ''];
    return text === undefined ? answer({ exitCode: 44 }) : answer({ stdout: text });
  }
  if (program === 'passwd') return answer({ stdout: 'hacluster L\n' });
  if (['pcs', 'crm_mon', 'cibadmin'].includes(program)) {
    throw Object.assign(new Error('not installed'), { code: 'ENOENT' });
  }
  if (argv.includes('container')) return answer({ exitCode: 1 });
  return answer({});
}

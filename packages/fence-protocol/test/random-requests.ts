// Random requests, half nonsense and half nearly right, and a judge that knows nothing of the parsers: it says whether
// a power action was plainly asked for. The test runs ten thousand of them, the bench a million.
import fc from 'fast-check';
import { defineFenceAgent, type FenceAgent, seconds, standard } from '../src/index.js';
import { runInMemory } from '../src/testing/index.js';
import { description } from './agents.js';

export type RandomRequest = { readonly stdin: string } | { readonly argv: readonly string[] };

const names = [
  'action', 'option', 'plug', 'port', 'nodename', 'quiet', 'help', 'version', 'verbose', 'verbose_level', 'delay',
  'power-wait', 'power_timeout', 'retry_on', 'missing-as-off', 'separator', 'plug_separator', 'disable_timeout', 'hold',
  'Action', 'ACTION', ' action', 'action ', '\uFEFFaction', 'actio', 'plugs', 'frob', '',
]; // prettier-ignore
const values = [
  'on', 'off', 'reboot', 'status', 'monitor', 'list', 'metadata', 'validate-all', 'OFF', ' off', 'off ', '"off"', 'offf',
  'of', 'enable', 'disable', '1', '2', '1,2', '3', ',', '', '0', '-1', '1.5', '5s', '1e3', 'true', 'yes', 'no', 'node1',
]; // prettier-ignore
const words = [
  '-o', '-n', '-h', '-V', '-v', '-q', '-vq', '-x', '--', '-', '--help', '--version', '--quiet', '--missing-as-off',
  '--action', '--act', '--plug', '--pl', '--p', '--delay', '--power-wait', '-ooff', '-n1', '-qo', '-o=off',
]; // prettier-ignore

const name = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...names) }, fc.string({ maxLength: 8 }));
const value = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...values) },
  fc.string({ maxLength: 8, unit: 'binary' }),
);
const pair = fc.tuple(name, fc.constantFrom('=', '=', '=', '=', ' = ', '', '=='), value);
const line = fc.oneof(
  { weight: 10, arbitrary: pair.map((parts) => parts.join('')) },
  fc.string({ maxLength: 20, unit: 'binary' }),
  fc.constantFrom('#', '# action=off', 'action=off', 'plug=1', '\t', '\0'),
);
/** Half of the requests hold a good one, with the rest around it, before it and behind it. */
const around = <T>(good: fc.Arbitrary<T[]>, rest: fc.Arbitrary<T>) =>
  fc
    .tuple(fc.array(rest, { maxLength: 3 }), fc.oneof(good, fc.constant([])), fc.array(rest, { maxLength: 3 }))
    .map((parts) => parts.flat());

const action = fc.constantFrom('on', 'off', 'reboot', 'status', 'list', 'OFF');
const plug = fc.constantFrom('1', '2', '1,2', 'node1');
const stdin = fc
  .tuple(
    around(
      fc.tuple(action, plug).map(([what, which]) => [`plug=${which}`, `action=${what}`]),
      line,
    ),
    fc.constantFrom('\n', '\n', '\n', '\r\n', '\r', ' '),
  )
  .map(([lines, separator]) => ({ stdin: lines.join(separator) }));
const word = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...words) },
  { weight: 5, arbitrary: value },
  { weight: 5, arbitrary: pair.map((parts) => `--${parts.join('')}`) },
  fc.string({ maxLength: 10 }),
);
const argv = around(
  fc.tuple(action, plug).map(([what, which]) => ['-o', what, `--plug=${which}`]),
  word,
)
  .filter((given) => given.length > 0)
  .map((given) => ({ argv: given }));

export const randomRequest: fc.Arbitrary<RandomRequest> = fc.oneof(stdin, argv);

/** An agent whose device only notes what it is told. */
export function notingAgent(): { agent: FenceAgent; told: string[] } {
  const told: string[] = [];
  const agent = defineFenceAgent({
    ...description,
    options: { plug: standard, missing_as_off: standard, hold: seconds({ default: 12, min: 11, description: 'hold' }) },
    setPowerSync: async ({ action, plug }) => {
      told.push(`${action} ${plug}`);
      return Promise.resolve(true);
    },
    list: () => Promise.resolve([{ id: '1' }]),
  });
  return { agent, told };
}

/** Runs one request and says what is wrong with what happened, or undefined when nothing is. */
export async function judge(
  noting: ReturnType<typeof notingAgent>,
  request: RandomRequest,
): Promise<string | undefined> {
  noting.told.length = 0;
  const { exitStatus, stdout, stderr } = await runInMemory(noting.agent, request);
  if (exitStatus !== 0 && exitStatus !== 1) return `exit status ${exitStatus}`;
  if (exitStatus === 1 && stdout !== '') return `output on failure: ${stdout}`;
  if (exitStatus === 1 && stderr === '' && !mayBeQuiet(request)) return 'a failure without a reason';
  if (/TypeError|RangeError|ReferenceError/.test(stderr)) return `a crash: ${stderr}`;
  const fenced = /^Success: (Powered ON|Powered OFF|Rebooted)\n$/.test(stdout);
  if (fenced !== noting.told.length > 0 && exitStatus === 0)
    return `said ${JSON.stringify(stdout)}, did ${noting.told.join()}`;
  for (const what of noting.told) {
    const [state = '', plug = ''] = what.split(/ (.*)/s);
    if (!asksFor(request, state, plug)) return `did ${JSON.stringify(what)} unasked`;
  }
  return undefined;
}

function mayBeQuiet(request: RandomRequest): boolean {
  return ('stdin' in request ? request.stdin : request.argv.join(' ')).includes('q');
}

/** Plainly: the last word on the action is this one, or a reboot, and the plug is named. */
function asksFor(request: RandomRequest, state: string, plug: string): boolean {
  const action = new RegExp(`^"?(${state}|reboot)"?$`, 'i');
  if ('argv' in request) {
    const given = request.argv.flatMap((one) => one.split(/=(.*)/s).concat(one.replace(/^-[vqhV]*[on]/, '')));
    return given.some((one) => action.test(one)) && request.argv.some((one) => one.includes(plug));
  }
  const lines = request.stdin.split(/[\r\n]+/).map((one) => one.trim());
  const asked = lines.filter((one) => /^(action|option)=/.test(one)).map((one) => one.slice(7));
  return (
    asked.length > 0 &&
    action.test(asked.at(-1) ?? '') &&
    lines.some((one) => /^(plug|port)=/.test(one) && one.includes(plug))
  );
}

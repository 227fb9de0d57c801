// The same inputs for an agent on Debian's fencing.py and for the same agent on this package; what differs must be meant.
// Everything seen is written to docs/fencing-py.md, and compared with what stands there.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineFenceAgent, type FenceAgent, standard, string } from '../../src/index.js';
import { pacemakerEnvironment, runInMemory, ScriptedDevice } from '../../src/testing/index.js';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';
import { differenceDocument, type Outcome, releases } from './fencing-py-document.js';
import { type ReferenceCase, referenceCases, type ReferenceDevice } from './reference-cases.js';
import { type ReferenceOption, verdictOn } from './reference-options.js';

const python = '/usr/bin/python3';
const debiansDummy = '/usr/sbin/fence_dummy';
const fencingPy = '/usr/share/fence/fencing.py';
/** The release of fence-agents that is installed, as its agents print it. */
const release = existsSync(fencingPy)
  ? (/^RELEASE_VERSION = ?"(.+)"$/m.exec(readFileSync(fencingPy, 'utf8'))?.[1] ?? '')
  : '';
const deviceOptions: Record<Exclude<ReferenceDevice, 'debian'>, string[]> = {
  plugs: ['port', 'missing_as_off'],
  single: ['no_port'],
  fabric: ['no_port', 'fabric_fencing'],
};
const plugsOf = {
  plugs: { 1: 'on', 2: 'off' },
  single: { '': 'on' },
  fabric: { '': 'on' },
  debian: { '': 'on' },
} as const;

/** fencing.py is found under /usr/share/fence; Debian's fence_dummy comes in the same package. */
describe.runIf(haveRealParts('fence_dummy'))('beside fencing.py', () => {
  let directory: string;
  const outcomes: { readonly one: ReferenceCase; readonly theirs: Outcome; readonly ours: Outcome }[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'reference-'));
  });
  afterAll(async () => {
    await rm(directory, { recursive: true });
  });

  // Several at a time: some of theirs sleep for seconds.
  it.concurrent.each(referenceCases)('$behaviour', async (one) => {
    const index = referenceCases.indexOf(one);
    const [theirs, ours] = [await runTheirs(one, join(directory, `device-${index}`)), await runOurs(one)];
    outcomes[index] = { one, theirs, ours };
    if (one.better === undefined) expect(ours).toEqual(theirs);
    else expect(ours).not.toEqual(theirs);
    if (one.better !== undefined && ours.exitStatus === 1) expect(ours.told).toEqual([]);
  });

  it('the metadata of the same agent has the same parameters and actions, but for the default action', async () => {
    const theirs = shapeOf(await output(debiansDummy, ['-o', 'metadata']));
    const ours = await runInMemory(agentFor('debian', new ScriptedDevice()), { argv: ['-o', 'metadata'] });
    expect(theirs.length).toBeGreaterThan(25);
    expect(theirs[0]).toBe('action 1  -o, --action string default="reboot"');
    expect(shapeOf(ours.stdout)).toEqual(['action 1  -o, --action string ', ...theirs.slice(1)]);
  });

  it('every option and behaviour stands in the document', async () => {
    const options = JSON.parse(
      await output(python, [
        '-c',
        'import sys, json; sys.path.append("/usr/share/fence"); import fencing; print(json.dumps(fencing.all_opt))',
      ]),
    ) as Record<string, ReferenceOption>;
    const verdicts = Object.entries(options).map(([name, option]) => ({ name, ...verdictOn(name, option) }));
    expect(verdicts.filter(({ verdict }) => verdict === undefined).map(({ name }) => name)).toEqual([]);
    expect(outcomes).toHaveLength(referenceCases.length);
    // Where they differ from what stands there, it is no document of this release.
    expect(Object.keys(releases)).toContain(release);
    const document = await format(differenceDocument(verdicts, outcomes.map(withoutRelease)), {
      parser: 'markdown',
      printWidth: 120,
    });
    await expect(document).toMatchFileSnapshot('../../docs/fencing-py.md');
  });
});

async function runTheirs(one: ReferenceCase, file: string): Promise<Outcome> {
  const device = one.device ?? 'plugs';
  if (device === 'debian') return runDebians(one, file);
  await writeFile(file, JSON.stringify({ plugs: plugsOf[device], told: [], deaf: one.deaf ?? [] }));
  const env = {
    PATH: '/usr/bin:/bin',
    REFERENCE_FILE: file,
    REFERENCE_OPTIONS: JSON.stringify(deviceOptions[device]),
    ...(one.pacemaker ? pacemakerEnvironment : {}),
  };
  const agent = [join(import.meta.dirname, 'reference-agent.py'), ...(one.argv ?? [])];
  const { exitStatus, stdout } = await run(python, ['-tt', ...agent], one.stdin ?? '', env);
  const { plugs, told } = JSON.parse(await readFile(file, 'utf8')) as Pick<Outcome, 'told'> & {
    plugs: Record<string, string>;
  };
  return {
    exitStatus,
    stdout: withoutHelp(stdout),
    told,
    power: Object.entries(plugs)
      .map(([plug, state]) => `${plug} ${state}`.trim())
      .join(', '),
  };
}

/** Debian's fence_dummy does not tell what it told its device; the file shows where that ended. */
async function runDebians(one: ReferenceCase, file: string): Promise<Outcome> {
  await writeFile(file, 'on');
  const words = one.argv === undefined ? [] : [...one.argv, `--status-file=${file}`];
  const env = { PATH: '/usr/bin:/bin', ...(one.pacemaker ? pacemakerEnvironment : {}) };
  const { exitStatus, stdout } = await run(debiansDummy, words, `status_file=${file}\n${one.stdin ?? ''}`, env);
  return { exitStatus, stdout: withoutHelp(stdout), told: [], power: await readFile(file, 'utf8') };
}

async function runOurs(one: ReferenceCase): Promise<Outcome> {
  const kind = one.device ?? 'plugs';
  const faults = (one.deaf ?? []).map((state) => ({ call: 'setPower', state, kind: 'ignore' }) as const);
  const device = new ScriptedDevice({ plugs: plugsOf[kind], aliases: { 1: 'alias1', 2: 'alias2' }, faults });
  const input = one.argv === undefined ? { stdin: one.stdin ?? '' } : { argv: one.argv };
  const env = one.pacemaker ? pacemakerEnvironment : {};
  const { exitStatus, stdout } = await runInMemory(agentFor(kind, device), { ...input, env });
  return {
    exitStatus,
    stdout: withoutHelp(stdout),
    told: kind === 'debian' ? [] : device.told,
    power: Object.entries(device.power)
      .map(([plug, state]) => `${plug} ${state}`.trim())
      .join(', '),
  };
}

function agentFor(kind: ReferenceDevice, device: ScriptedDevice): FenceAgent {
  const description = {
    name: kind === 'debian' ? 'fence_dummy' : 'fence_reference',
    shortDescription: 'Reference',
    longDescription: '',
    vendorUrl: '',
    version: release,
  };
  const { functions } = device;
  switch (kind) {
    case 'plugs':
      return defineFenceAgent({
        ...description,
        options: { plug: standard, missing_as_off: standard },
        ...device.functionsWithPlugs,
      });
    case 'debian':
      return defineFenceAgent({ ...description, options: dummyOptions, ...functions });
    case 'single':
    case 'fabric':
      return defineFenceAgent({ ...description, fabric: kind === 'fabric', options: {}, ...functions });
  }
}

/** The options of Debian's fence_dummy. */
const dummyOptions = {
  status_file: string({ valueName: 'file', default: '/tmp/fence_dummy.status', description: 'File with status' }),
  random_sleep_range: string({ long: 'random_sleep_range', valueName: 'seconds', description: 'Sleep at random' }),
  type: string({ default: 'file', description: 'Kind of the agent' }),
};

/** Every parameter as `name required relation short-and-long type default`, and every action. */
function shapeOf(metadata: string): string[] {
  const parameter =
    /<parameter name="(.*?)" unique="0" required="([01])"(.*?)>\s*<getopt mixed="(.*?)(?:=.*?)?" \/>\s*<content type="(.*?)" *(.*?) *\/?>/g;
  const parameters = [...metadata.matchAll(parameter)].map(([, ...parts]) => parts.join(' '));
  const actions = [...metadata.matchAll(/<action name="(.*?)" ?(.*?) ?\/>/g)].map(([, ...parts]) => parts.join(' '));
  return [...parameters, ...actions];
}

/** The document is one for all releases. */
function withoutRelease<S extends { readonly theirs: Outcome; readonly ours: Outcome }>(seen: S): S {
  const replace = (outcome: Outcome) => ({ ...outcome, stdout: outcome.stdout.replaceAll(release, 'RELEASE') });
  return { ...seen, theirs: replace(seen.theirs), ours: replace(seen.ours) };
}

/** The words of the help text are our own; that it is shown is what counts. */
function withoutHelp(stdout: string): string {
  return stdout.startsWith('Usage:') ? 'Usage: …' : stdout;
}

function run(
  program: string,
  words: string[],
  stdin: string,
  env: Record<string, string>,
): Promise<{ exitStatus: number; stdout: string }> {
  return new Promise((resolve) => {
    const child = execFile(program, words, { env, timeout: 20_000 }, (error, stdout) => {
      resolve({ exitStatus: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin);
  });
}

async function output(program: string, words: string[]): Promise<string> {
  const { exitStatus, stdout } = await run(program, words, '', { PATH: '/usr/bin:/bin' });
  expect(exitStatus).toBe(0);
  return stdout;
}

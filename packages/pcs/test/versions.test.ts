import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { type Command, commands, execute, type Features, invocation, parseFeatures, PcsError } from '../src/index.js';
import { answer } from '../src/testing/index.js';

// The capabilities that tell the versions apart here, as `pcs --version --full` of each lists them.
const SINCE_0_11 = ['cluster.config.uuid', 'pcmk.cib.roles.promoted-unpromoted', 'pcmk.resource.move.autoclean'];
const OF_0_11 = [
  ...SINCE_0_11,
  'pcmk.resource.move.autoclean.default',
  'pcmk.stonith.update.scsi-devices',
  'resource-agents.self-validation',
];
const OF_0_12 = [
  ...OF_0_11,
  'booth.ticket.cleanup',
  'booth.ticket.standby',
  'pcmk.constraint.location.simple.options.score',
  'pcmk.constraint.location.simple.rule.rule-as-one-argument',
  'pcmk.properties.cluster.defaults',
  'pcmk.properties.cluster.describe.output-formats',
  'pcmk.resource.create.group.future',
  'pcs.yes-to-confirm-commands',
];
const UNTIL_0_11 = ['pcmk.constraint.location.simple.rule.rule-add-remove'];
const features = (version: string, ids: readonly string[]): Features =>
  parseFeatures(`${version}\n${['pcmk.cib.get', ...ids].join(' ')}\n`);
const versions = {
  '0.10.8': features('0.10.8', UNTIL_0_11),
  '0.10.9': features('0.10.9', [...UNTIL_0_11, 'pcmk.resource.move.autoclean']),
  '0.11.5': features('0.11.5', [...UNTIL_0_11, ...OF_0_11]),
  '0.12.0': features('0.12.0.2', OF_0_12),
  main: features('0.12.3', [
    ...OF_0_12,
    'cluster.node.rename-cib',
    'cluster.node.rename-corosync',
    'cluster.rename',
    'pcmk.cib.element-description',
  ]),
};
type Version = keyof typeof versions;

const { booth, cib, cluster, constraint, property, quorum, resource, stonith } = commands;

const forms: readonly (readonly [Command<unknown>, Readonly<Partial<Record<Version, string>>>])[] = [
  [
    stonith.confirm('n1', { yes: true }),
    {
      '0.10.8': '--force -- stonith confirm n1',
      '0.11.5': '--force -- stonith confirm n1',
      '0.12.0': '--yes -- stonith confirm n1',
      main: '--yes -- stonith confirm n1',
    },
  ],
  [quorum.unblock({ yes: true }), { '0.11.5': '--force -- quorum unblock', '0.12.0': '--yes -- quorum unblock' }],
  [
    stonith.sbd.deviceSetup(['/dev/sda'], { yes: true }),
    {
      '0.11.5': '--force -- stonith sbd device setup device=/dev/sda',
      '0.12.0': '--yes -- stonith sbd device setup device=/dev/sda',
    },
  ],
  [
    cluster.report('/r', { from: '2026-1-1 0:0:0', overwrite: true }),
    {
      '0.11.5': '--from=2026-1-1 0:0:0 --force -- cluster report /r',
      '0.12.0': '--from=2026-1-1 0:0:0 --overwrite -- cluster report /r',
    },
  ],
  [
    constraint.location.add('c', 'R', 'n1', 50, { force: true }),
    {
      '0.10.8': '--force -- constraint location add c resource%R n1 50',
      '0.11.5': '--force -- constraint location add c resource%R n1 50',
      '0.12.0': '--force -- constraint location add c resource%R n1 score=50',
    },
  ],
  [
    constraint.location.rule('R', { attribute: 'a', is: 'eq', value: 'b' }, { role: 'Promoted' }),
    {
      '0.10.8': '-- constraint location resource%R rule role=master a eq b',
      '0.11.5': '-- constraint location resource%R rule role=Promoted a eq b',
      '0.12.0': '-- constraint location resource%R rule role=Promoted a eq b',
    },
  ],
  [
    constraint.colocation.add({ resource: 'A', role: 'Unpromoted' }, 'B'),
    {
      '0.10.8': '-- constraint colocation add Slave A with B score=INFINITY',
      '0.11.5': '-- constraint colocation add Unpromoted A with B score=INFINITY',
    },
  ],
  [
    resource.ban('R', { node: 'n1', promoted: true, wait: 5 }),
    { '0.10.8': '--master --wait=5 -- resource ban R n1', '0.11.5': '--promoted --wait=5 -- resource ban R n1' },
  ],
  [
    resource.clear('R', { expired: true }),
    { '0.10.8': '--expired -- resource clear R', '0.12.0': '--expired -- resource clear R' },
  ],
  [
    resource.move('R', { node: 'n1' }),
    {
      '0.10.9': '--autodelete --wait=60 -- resource move R n1',
      '0.11.5': '--wait=60 -- resource move R n1',
      main: '--wait=60 -- resource move R n1',
    },
  ],
  [
    resource.moveWithConstraint('R', { node: 'n1', promoted: true }),
    { '0.10.8': '--master -- resource move R n1', '0.11.5': '--promoted -- resource move-with-constraint R n1' },
  ],
  [
    resource.create('R', 'ocf:x:y', {}, { agentValidation: true, disabled: true, force: true }),
    {
      '0.10.8': '--disabled --force -- resource create R ocf:x:y',
      '0.11.5': '--disabled --agent-validation --force -- resource create R ocf:x:y',
    },
  ],
  [stonith.meta('F', { a: 1 }), { '0.10.8': '-- resource meta F a=1', '0.11.5': '-- stonith meta F a=1' }],
  [
    stonith.op.add('F', 'monitor', { interval: '9s' }),
    { '0.10.8': '-- resource op add F monitor interval=9s', '0.12.0': '-- stonith op add F monitor interval=9s' },
  ],
  [
    cluster.setup('c', ['a'], { noClusterUuid: true, enable: true, force: true }),
    {
      '0.10.8': '--enable --force -- cluster setup c a',
      '0.11.5': '--enable --no-cluster-uuid --force -- cluster setup c a',
    },
  ],
  [cluster.rename('d'), { main: '-- cluster rename d' }],
  [
    constraint.rule.add('c', { attribute: 'a', is: 'eq', value: 'b' }, { role: 'Promoted' }),
    {
      '0.10.8': '-- constraint rule add c role=master a eq b',
      '0.11.5': '-- constraint rule add c role=Promoted a eq b',
    },
  ],
  [constraint.rule.delete('r'), { '0.10.8': '-- constraint rule delete r', '0.11.5': '-- constraint rule delete r' }],
  [property.defaults(), { '0.12.0': '--full -- property defaults' }],
  [
    resource.create('R', 'ocf:x:y', {}, { future: true, group: 'G', agentValidation: true }),
    { '0.12.0': '--future --agent-validation -- resource create R ocf:x:y group G' },
  ],
  [resource.setDescription('R', 'a b'), { main: '-- resource description R a b' }],
];

describe('a command in the words of', () => {
  it.each(
    forms.flatMap(([command, expected]) =>
      Object.entries(expected).map(([version, words]) => [version, words, command] as const),
    ),
  )('pcs %s: %s', (version, words, command) => {
    expect(invocation(command, versions[version as Version]).argv.join(' ')).toBe(words);
  });

  it('pcs 0.12 gives a rule as one word, others as one word per token', () => {
    const command = constraint.location.rule('R', { and: [{ defined: 'a' }, { notDefined: 'b' }] });
    expect(invocation(command, versions['0.12.0']).argv.at(-1)).toBe('defined a and not_defined b');
    expect(invocation(command, versions['0.11.5']).argv.slice(-5)).toEqual(['defined', 'a', 'and', 'not_defined', 'b']);
  });
});

describe('what a version cannot do', () => {
  it.each([
    ['0.10.8', resource.move('R')],
    ['0.10.8', stonith.updateScsiDevices('F', { set: ['/dev/sda'] })],
    ['0.10.8', cluster.config.uuidGenerate()],
    ['0.11.5', booth.ticket.cleanup('T')],
    ['0.11.5', booth.ticket.standby('T')],
    ['0.12.0', cluster.rename('d')],
    ['0.11.5', property.defaults()],
    ['0.11.5', property.describe()],
    ['0.11.5', resource.create('R', 'ocf:x:y', {}, { future: true })],
    ['0.12.0', constraint.rule.add('c', { defined: 'a' })],
    ['0.12.0', constraint.rule.delete('r')],
    ['0.12.0', cib.element.description('R')],
    ['0.12.0', stonith.setDescription('F', 'x')],
    ['0.12.0', cluster.node.renameCib('a', 'b')],
    ['0.12.0', cluster.node.renameCorosync('a', 'b')],
  ] as const)('is refused before anything runs: pcs %s', async (version, command) => {
    const run = () => Promise.reject(new Error('must not run'));
    const error = await execute(
      command as Command<unknown>,
      { run },
      { features: async () => versions[version] },
    ).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'UNSUPPORTED' });
    expect(error).toBeInstanceOf(PcsError);
  });
});

describe('what pcs 0.12 says of properties', () => {
  const answering = (stdout: string) => ({ run: () => Promise.resolve(answer({ stdout })) });

  it('is their defaults by name', async () => {
    const stdout = 'batch-limit=0\ncluster-recheck-interval=15min\nload-threshold=80%\n\n';
    await expect(execute(property.defaults(), answering(stdout))).resolves.toEqual({
      'batch-limit': '0',
      'cluster-recheck-interval': '15min',
      'load-threshold': '80%',
    });
  });

  it('is what each is for', async () => {
    const entry = {
      ...{ name: 'fence-reaction', shortdesc: 'How', longdesc: 'How so', type: 'select', default: 'stop' },
      ...{ enum_values: ['stop', 'panic'], advanced: true, deprecated: false, reloadable: false },
    };
    const plain = { name: 'cluster-name', type: 'string', default: null, enum_values: null };
    const stdout = JSON.stringify({ properties_metadata: [entry, plain] });
    await expect(execute(property.describe(), answering(stdout))).resolves.toEqual([
      {
        ...{ name: 'fence-reaction', shortDescription: 'How', longDescription: 'How so', type: 'select' },
        ...{ default: 'stop', values: ['stop', 'panic'], advanced: true, deprecated: false },
      },
      {
        ...{ name: 'cluster-name', shortDescription: '', longDescription: '', type: 'string' },
        ...{ default: undefined, values: [], advanced: false, deprecated: false },
      },
    ]);
  });

  it.each(['', '[]', 'null', '{"properties_metadata":{}}', '{"properties_metadata":[{"name":"a"}]}', '{"properties_'])(
    'is refused when it is something else: %s',
    async (stdout) => {
      await expect(execute(property.describe(), answering(stdout))).rejects.toMatchObject({ code: 'MALFORMED_ANSWER' });
    },
  );

  it('is a description without its line break', async () => {
    await expect(execute(cib.element.description('R'), answering('top shelf\n'))).resolves.toBe('top shelf');
    await expect(execute(cib.element.description('R'), answering(''))).resolves.toBe('');
  });
});

describe('features', () => {
  it('are asked for only by commands that differ', async () => {
    const run = () => Promise.resolve(answer());
    const asked = () => Promise.reject(new Error('must not be asked'));
    await expect(execute(commands.node.standby('n1'), { run }, { features: asked })).resolves.toBeDefined();
    await expect(execute(resource.move('R'), { run }, { features: asked })).rejects.toThrow('must not be asked');
    await expect(execute(resource.move('R'), { run })).resolves.toBeDefined();
  });

  it.each(['', '0.11.5', '0.11.5\n', 'Error: no\n', '\npcmk.cib.get', '0.11\n<html> 1'])(
    'are not read from %j',
    (text) => {
      expect(() => parseFeatures(text)).toThrow(expect.objectContaining({ code: 'MALFORMED_ANSWER' }));
    },
  );
});

const home = join(import.meta.dirname, '..');

/** What the package asks the installed pcs for. */
const asked = readdirSync(join(home, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => [
    ...readFileSync(join(home, 'src', name), 'utf8').matchAll(/(?:without: |having: |\.has\()'([\w-]+\.[\w.-]+)'/g),
  ])
  .flatMap(([, capability]) => capability ?? []);

describe('docs/versions.md', () => {
  const rows = readFileSync(join(home, 'docs/versions.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
  const capabilitiesOf = (cells: readonly string[]) =>
    [...(cells.at(-1) ?? '').matchAll(/`([^`]+)`/g)].flatMap(([, capability]) => capability ?? []);

  it('is one table, and names each capability that is asked for, and no other', () => {
    expect(new Set(rows.map((cells) => cells.length))).toEqual(new Set([5]));
    expect(new Set(rows.flatMap(capabilitiesOf))).toEqual(new Set(asked));
  });

  it('calls that unsupported whose capability is missing, and nothing else', () => {
    const columns = { '0.10.8': 1, '0.11.5': 2, '0.12.0': 3 } as const;
    const cases = rows.flatMap((cells) => {
      // From 0.12.1 on is later than 0.12.0.
      const [version, column] = cells[3]?.startsWith('from ') ? (['main', 3] as const) : [undefined, 0];
      const inTime = version ? { [version]: column, '0.11.5': 2, '0.10.8': 1 } : columns;
      if (!cells.some((cell) => cell.startsWith('`UNSUPPORTED`'))) return [];
      return Object.entries(inTime).map(([name, index]) => ({
        what: `${cells[0]} in ${name}`,
        said: !cells[index]?.startsWith('`UNSUPPORTED`'),
        is: capabilitiesOf(cells).every((capability) => versions[name as Version].has(capability)),
      }));
    });
    expect(cases.length).toBeGreaterThan(20);
    expect(cases.filter(({ said, is }) => said !== is)).toEqual([]);
  });
});

describe.runIf(haveRealParts('pcs'))('the installed pcs', () => {
  it('has the capabilities of its version', () => {
    const installed = parseFeatures(
      execFileSync('pcs', ['--version', '--full'], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } }),
    );
    const version = (Object.keys(versions) as Version[]).find((name) => installed.version.startsWith(name));
    expect([installed.version, version]).not.toContain(undefined);
    const has = (features: Features | undefined) => asked.filter((capability) => features?.has(capability));
    expect(has(installed)).toEqual(has(version && versions[version]));
  });
});

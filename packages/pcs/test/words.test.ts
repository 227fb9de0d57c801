import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Command, commands, invocation, PcsError } from '../src/index.js';
import { KEYWORDS } from '../src/command/words.js';

const {
  node,
  property,
  resource,
  stonith,
  constraint,
  cluster,
  quorum,
  host,
  tag,
  alert,
  booth,
  acl,
  config,
  pcsd,
  cib,
} = commands;
const refused = (make: () => unknown) => {
  try {
    make();
  } catch (error) {
    return error instanceof PcsError && error.code === 'INVALID_ARGUMENT';
  }
  return false;
};
/** What the types refuse, as JavaScript may pass it. */
const js = (value: unknown) => value as never;

describe('an argument that is wrong is refused before anything runs', () => {
  it.each([...KEYWORDS])('an id that pcs would take for its keyword %s', (keyword) => {
    expect(refused(() => resource.enable(keyword))).toBe(true);
    expect(refused(() => resource.enable(keyword.toUpperCase()))).toBe(true);
  });

  const calls: Readonly<Record<string, () => unknown>> = {
    'an id that is an option': () => resource.enable('--force'),
    'an id with a space': () => resource.delete('a b'),
    'an id with %': () => constraint.location.prefers('regexp%x', 'n1'),
    'an empty id': () => resource.delete(''),
    'no id where one is needed': () => resource.enable([]),
    'a node that is an option': () => node.standby('-f'),
    'no node in a list, which would mean this one': () => node.standby([]),
    'null for the nodes, which would mean this one': () => cluster.stop(js(null)),
    'all that is not true': () => cluster.stop(js({ all: 'yes' })),
    'a node score that is not one': () => constraint.location.prefers('R', { n1: 1.5 }),
    'a score beyond infinity': () => constraint.location.add('c', 'R', 'n1', 1_000_001),
    'a score in words': () => constraint.colocation.add('a', 'b', { score: js('many') }),
    'no node to prefer': () => constraint.location.prefers('R', {}),
    'a negative score to avoid with': () => constraint.location.avoids('R', { n1: -1 }),
    'minus infinity to avoid with': () => constraint.location.avoids('R', { n1: '-INFINITY' }),
    'a control character in a value': () => resource.create('R', 'ocf:x:y', { a: 'b\n--force' }),
    'half a character in a value': () => resource.create('R', 'ocf:x:y', { a: '\ud800' }),
    'a name with =': () => resource.create('R', 'ocf:x:y', { 'a=b': 'c' }),
    'a name that is an option': () => resource.create('R', 'ocf:x:y', { '--force': 'c' }),
    'an empty value where nothing can be removed': () => resource.create('R', 'ocf:x:y', { a: '' }),
    'a number that is none': () => resource.create('R', 'ocf:x:y', { a: Number.NaN }),
    'a value that is no value': () => resource.create('R', 'ocf:x:y', { a: js({}) }),
    'a word longer than Linux takes': () => resource.create('R', 'ocf:x:y', { a: 'x'.repeat(131_072) }),
    'an agent that is none': () => resource.create('R', 'ocf heartbeat'),
    'two wrappings at once': () => resource.create('R', 'ocf:x:y', {}, { clone: true, group: 'G' }),
    'a place in no group': () => resource.create('R', 'ocf:x:y', {}, { before: 'S' }),
    'two places': () => resource.group.add('G', 'R', { before: 'a', after: 'b' }),
    'an operation called op': () => resource.create('R', 'ocf:x:y', {}, { op: { op: { interval: '1s' } } }),
    'an update of nothing': () => resource.update('R'),
    'a meta change of nothing': () => resource.meta('R', {}),
    'a bundle update of nothing': () => resource.bundle.update('B', {}),
    'a wait of nothing, which pcs takes for ever': () => resource.enable('R', { wait: 0 }),
    'a wait that is no whole number': () => resource.move('R', { wait: 1.5 }),
    'a lifetime that is no duration': () => resource.ban('R', { lifetime: '10 minutes' }),
    'an interval without its operation': () => resource.cleanup('R', { interval: '10s' }),
    'a safe disable that is neither': () => resource.disable('R', { safe: js('very') }),
    'a debug action that is none': () => resource.debug(js('explode'), 'R'),
    ture: () => property.set({ 'stonith-enabled': js('ture') }),
    'a boolean in words': () => property.set({ 'stonith-enabled': js('true') }),
    'an unknown property': () => property.set(js({ 'stonith-enable': true })),
    'a property from the prototype': () => property.set(js({ constructor: 'x' })),
    'no property at all': () => property.set({}),
    'a policy that is none': () => property.set({ 'no-quorum-policy': js('ignored') }),
    'a time that is none': () => property.set({ 'stonith-timeout': 'soon' }),
    'an integer in words': () => property.set({ 'batch-limit': js('3') }),
    'a health score that is none': () => property.set({ 'node-health-red': js('low') }),
    'a percentage that is none': () => property.set({ 'load-threshold': '80' }),
    'a cluster name that is no text': () => property.set({ 'cluster-name': js(3) }),
    "Pacemaker's own property among the custom ones": () => property.set({}, { custom: { 'stonith-enabled': 'ture' } }),
    'a level beyond 9': () => stonith.level.add(10, 'n1', 'F'),
    'a confirmation without a word': () => stonith.confirm('n1', js({})),
    'an unblock without a word': () => quorum.unblock(js({ yes: 'no' })),
    'no SCSI device': () => stonith.updateScsiDevices('F', {}),
    'a relative device': () => stonith.updateScsiDevices('F', { set: ['sda'] }),
    'an @ in a path without a node': () => stonith.sbd.enable({ device: [{ path: '/dev/a@b' }] }),
    'no SBD device': () => stonith.sbd.deviceSetup([], { yes: true }),
    'a rule of one': () => constraint.location.rule('R', { and: [{ defined: 'a' }] }),
    'a rule value with a space': () => constraint.location.rule('R', { attribute: 'a', is: 'eq', value: 'b or c' }),
    'a rule value that is a word of rules': () =>
      constraint.location.rule('R', { attribute: 'a', is: 'eq', value: 'or' }),
    'a date that is none': () => constraint.location.rule('R', { date: 'gt', than: 'tomorrow' }),
    // pcs says that it takes it, and does not (0.11.5: "unexpected 'to'").
    'an end without a beginning': () => constraint.location.rule('R', js({ until: '2026-02-01' })),
    'a date part that is none': () => constraint.location.rule('R', { dateSpec: { hours: 'nine' } }),
    'no date part': () => constraint.location.rule('R', { dateSpec: {} }),
    'a score and where to take it from': () =>
      constraint.rule.add('c', { defined: 'a' }, { score: 1, scoreAttribute: 'b' }),
    'no resource set': () => constraint.order.set([]),
    'a role that is none': () => constraint.colocation.add({ resource: 'a', role: js('Boss') }, 'b'),
    'a flag in words': () => constraint.order.add('a', 'b', { symmetrical: js('false') }),
    'a cluster without nodes': () => cluster.setup('c', []),
    'a node called totem': () => cluster.setup('c', ['totem']),
    'waiting without starting': () => cluster.setup('c', ['a'], { wait: 5 }),
    'starting what is only written down': () => cluster.setup('c', ['a'], { corosyncConf: '/c', start: true }),
    'waiting for a node that is not started': () => cluster.node.add('c', { wait: 5 }),
    'an address that is none': () => cluster.setup('c', [{ name: 'a', addresses: ['--force'] }]),
    'a config update of nothing': () => cluster.config.update({}),
    'a link update of nothing': () => cluster.link.update(0, {}),
    'no address for a link': () => cluster.link.add({}),
    'no link': () => cluster.link.delete([]),
    'a link beyond 7': () => cluster.link.delete(8),
    'no uid': () => cluster.uidgid.add({}),
    'no host': () => host.auth([], { password: 'x' }),
    'no host to forget': () => host.deauth([]),
    'an empty password': () => host.auth('a', { password: '' }),
    'a password of two lines': () => host.auth('a', { password: 'a\nb' }),
    'a port that is none': () => host.auth({ name: 'a', address: '::1', port: 0 }, { password: 'x' }),
    'a quorum option in words': () => quorum.update({ waitForAll: js('1') }),
    'no quorum option': () => quorum.update({}),
    'a device update of nothing': () => quorum.device.update({}),
    'a tag update of nothing': () => tag.update('t', {}),
    'a place for nothing': () => tag.update('t', { remove: ['a'], before: 'b' }),
    'two places in a tag': () => tag.update('t', { add: ['a'], before: 'b', after: 'c' }),
    'an alert update of nothing': () => alert.update('a', {}),
    'a recipient update of nothing': () => alert.recipient.update('a', {}),
    'no permission': () => acl.permission.add('r', []),
    'one booth site': () => booth.setup(['10.0.0.1'], []),
    'an even number of booths': () => booth.setup(['10.0.0.1', '10.0.0.2'], []),
    'an empty archive': () => config.restore(Buffer.alloc(0)),
    'a token that is an option': () => pcsd.deauth(['--force']),
    'no token': () => pcsd.deauth([]),
    'a relative file': () => cib.push('new.xml', '/old.xml'),
    'a request timeout of nothing': () => cluster.start('a', { requestTimeout: 0 }),
    'text that is no text': () => alert.recipient.add('al', js(3)),
  };
  it.each(Object.entries(calls))('%s', (_title, call) => {
    expect(refused(call)).toBe(true);
  });
});

describe('what is let through', () => {
  it('keeps booleans, numbers and names as pcs writes them, and leaves out what is undefined', () => {
    const words = resource.create('R', 'ocf:x:y', { a: true, b: 0, c: -1.5, d: undefined }).words ?? [];
    expect(words.slice(4)).toEqual(['a=true', 'b=0', 'c=-1.5']);
  });

  it('warns of settings that endanger the cluster, once each', async () => {
    const { warnings } = property
      .set({ 'no-quorum-policy': 'ignore', 'stonith-enabled': false, 'shutdown-lock': true, 'batch-limit': 3 })
      .parse({
        exitCode: 0,
        signal: null,
        stdout: Buffer.alloc(0),
        stderr: Buffer.from('Warning: theirs\n'),
        durationMs: 0,
        timedOut: false,
      });
    expect(warnings).toHaveLength(4);
    expect(warnings.join()).toMatch(/ignore.*stonith-enabled=false.*shutdown-lock.*theirs/s);
    expect(
      property.set({ 'stonith-enabled': true, 'no-quorum-policy': 'stop', 'shutdown-lock': false }).words,
    ).toBeDefined();
  });

  it('takes every kind of property', () => {
    const command = property.set({
      'cluster-name': 'c',
      'stonith-timeout': 60,
      'dc-deadtime': '20s',
      'cluster-recheck-interval': 'PT5M',
      'stonith-watchdog-timeout': -1,
      'load-threshold': '80%',
      'node-health-red': '-INFINITY',
      'node-health-green': 5,
      'migration-limit': -1,
      'stonith-action': 'off',
      'enable-acl': null,
    });
    expect(command.words?.slice(2)).toEqual([
      'cluster-name=c',
      'stonith-timeout=60',
      'dc-deadtime=20s',
      'cluster-recheck-interval=PT5M',
      'stonith-watchdog-timeout=-1',
      'load-threshold=80%',
      'node-health-red=-INFINITY',
      'node-health-green=5',
      'migration-limit=-1',
      'stonith-action=off',
      'enable-acl=',
    ]);
  });

  it('never puts a word before the --, whatever the strings are, and never an option behind it that could count', () => {
    const any = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.constantFrom('--force', '-f', '--', '--wait=9', '-u', 'op', ''),
    );
    const makers: readonly ((a: string, b: string) => Command<unknown>)[] = [
      (a, b) => resource.create(a, b, { [a]: b }, { meta: { [b]: a }, op: { [a]: { interval: b } } }),
      (a, b) => resource.create('R', 'ocf:x:y', { option: a }, { meta: { m: b } }),
      (a, b) => resource.group.add(a, b, { before: a }),
      (a, b) => stonith.create(a, 'fence_x', { o: b }),
      (a, b) => stonith.level.add(1, { attribute: a, value: b }, 'F'),
      (a, b) => constraint.location.prefers({ regexp: a }, { [b]: 1 }),
      (a, b) => constraint.location.rule('R', { attribute: a, is: 'eq', value: b }),
      (a, b) => cluster.setup(a, [{ name: b, addresses: [a] }], { totem: { [a]: b } }),
      (a, b) => host.auth({ name: a, address: b }, { username: a, password: 'x' }),
      (a, b) => node.attribute(a, { [b]: a }),
      (a, b) => alert.create(a, { description: b }),
      (a, b) => acl.role.create('r', { description: a, permissions: [{ kind: 'read', xpath: b }] }),
      (a, b) => cluster.report('/x', { from: a, to: b }),
      (a) => pcsd.deauth([a]),
    ];
    let accepted = 0;
    fc.assert(
      fc.property(fc.constantFrom(...makers), any, any, (make, a, b) => {
        let command: Command<unknown>;
        try {
          command = make(a, b);
        } catch (error) {
          expect(error).toBeInstanceOf(PcsError);
          return;
        }
        accepted++;
        const { argv } = invocation(command);
        const separator = argv.indexOf('--');
        // Before it only what a command itself puts there: options, and the value of -u.
        for (const [index, word] of argv.slice(0, separator).entries()) {
          expect(word.startsWith('-') || argv[index - 1] === '-u').toBe(true);
        }
        for (const word of argv.slice(separator + 1)) {
          expect(word.startsWith('--wait=')).toBe(false);
          // eslint-disable-next-line no-control-regex -- that is what must not be there
          expect(word).not.toMatch(/[\u0000-\u001f\u007f]/);
        }
        expect(argv.slice(separator + 1)).toEqual(command.words);
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { designOf } from '../src/cluster/design.js';
import { clusterFile } from '../src/config/cluster-file.js';
import type { Field } from '../src/config/fields.js';
import { jsonSchema } from '../src/config/json-schema.js';
import { readClusterFile } from '../src/config/read-cluster-file.js';
import { SetupError } from '../src/errors.js';
import { withNodes } from './with-nodes.js';

const textOf = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

function refusal(text: string): SetupError {
  try {
    readClusterFile(withNodes(text), 'cluster.yaml');
  } catch (error) {
    if (error instanceof SetupError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a cluster file', () => {
  it("that has only the nodes is the article's apachecluster", () => {
    const file = readClusterFile(withNodes(), 'x');
    expect(file).toMatchObject({
      cluster: 'apachecluster',
      nodes: [{ name: 'raspberrypi-1' }, { name: 'raspberrypi-2' }],
      vip: { resource: 'VIP', address: '192.168.11.215', prefix: 24 },
      containers: [{ resource: 'Apache_container', name: 'httpd-test', image: 'httpd', ports: ['80:80'] }],
      takeover: 'after-fencing',
      fencing: { hold: 12, delay: 3, timeout: 60 },
    });
    expect(designOf(file).preferred).toBe('raspberrypi-1');
  });

  it('that is published as a sample says the same as one that has only the nodes', () => {
    expect(readClusterFile(textOf('../cluster.yaml'), 'cluster.yaml')).toEqual({
      ...readClusterFile(withNodes(), 'x'),
      preferred: 'raspberrypi-1',
    });
  });

  it('may be JSON', () => {
    const written = JSON.stringify(parse(textOf('../cluster.yaml')), undefined, '\t');
    expect(readClusterFile(written, 'cluster.json')).toEqual(readClusterFile(textOf('../cluster.yaml'), 'x'));
  });

  it('has a published schema that is the one of its definition', () => {
    expect(JSON.parse(textOf('../cluster.schema.json'))).toEqual(JSON.parse(JSON.stringify(jsonSchema(clusterFile))));
  });
});

/** The nodes a and b with these addresses, on one line. */
function twoNodes(first: readonly string[], second: readonly string[], vip?: string): string {
  const node = (name: string, addresses: readonly string[]) =>
    `{ name: ${name}, addresses: [${addresses.map((one) => `"${one}"`).join(', ')}] }`;
  return `nodes: [${node('a', first)}, ${node('b', second)}]${vip === undefined ? '' : `\nvip: ${vip}`}`;
}

/** A container with one key more, on the fifth line. */
function container(line: string): string {
  return `containers:\n  - resource: a\n    name: a\n    image: a\n    ${line}`;
}

/** A bad file, and what its error must say: line, key, what is allowed. */
const bad: readonly (readonly [file: string, line: number, key: string, says: RegExp])[] = [
  ['cluster: a b', 1, 'cluster', /must be letters, digits, _ \. and -, at most 15 in all, not 'a b'/],
  ['cluster: 5', 1, 'cluster', /must be letters.*not 5 \(put it in quotes/],
  ['\n\ncluter: x', 3, 'cluter', /unknown key; did you mean cluster\?/],
  [
    'nodes: [{ name: a, addresses: [10.0.0.1] }, { name: b, addresses: [10.0.0.2] }, { name: B, addresses: [10.0.0.3] }]',
    1,
    'nodes[2].name',
    /must be another name than that of nodes\[1\], not 'B' again/,
  ],
  [
    'nodes: [{ name: a, addresses: [10.0.0.1] }, { name: b, addresses: [10.0.0.2] }, { name: c, addresses: [10.0.0.2] }]',
    1,
    'nodes[2].addresses',
    /must be addresses of their own: 10\.0\.0\.2 is given twice/,
  ],
  [
    'nodes: [{ name: a, addresses: [10.0.0.1] }, { name: b, addresses: [10.0.0.2] }, { name: c, addresses: [10.0.0.3, 10.0.1.3] }]',
    1,
    'nodes[2].addresses',
    /must be as many as the first node has: 1, not 2/,
  ],
  [
    `nodes: [${Array.from({ length: 17 }, (_, at) => `{ name: n${at}, addresses: [10.0.0.${at}] }`).join()}]`,
    1,
    'nodes',
    /must be a list of 2 to 16, not 17/,
  ],
  ['nodes: [{ name: a, addresses: [10.0.0.1] }]', 1, 'nodes', /must be a list of 2 to 16, not 1/],
  [
    'nodes:\n  - name: a_b\n    addresses: [10.0.0.1]\n  - name: b\n    addresses: [10.0.0.2]',
    2,
    'nodes[0].name',
    /a host name: letters, digits and -/,
  ],
  [
    'nodes:\n  - name: a\n    addresses: [10.0.0.1]\n  - name: A\n    addresses: [10.0.0.2]',
    4,
    'nodes[1].name',
    /must be another name/,
  ],
  [
    'nodes:\n  - name: a\n    addresses: [10.0.0.1]\n  - name: b',
    4,
    'nodes[1].addresses',
    /is missing; must be a list of 1 to 8/,
  ],
  [
    'nodes:\n  - name: a\n    addresses: [10.0.0.1, 10.1.0.1]\n  - name: b\n    addresses: [10.0.0.2]',
    5,
    'nodes[1].addresses',
    /must be as many as the first node has: 2, not 1/,
  ],
  [
    'nodes:\n  - name: a\n    addresses: [10.0.0.1]\n  - name: b\n    addresses:\n      - 127.0.1.1',
    6,
    'nodes[1].addresses[0]',
    /that the other node can reach/,
  ],
  [
    'nodes:\n  - name: a\n    addresses: [10.0.0.1]\n  - name: b\n    addresses: [10.0.0.1]',
    5,
    'nodes[1].addresses',
    /10\.0\.0\.1 is given twice/,
  ],
  [
    'nodes:\n  - name: a\n    addresses: [10.0.0.256]\n  - name: b\n    addresses: [10.0.0.1]',
    3,
    'nodes[0].addresses[0]',
    /an IPv4 or IPv6 address, not '10\.0\.0\.256'/,
  ],
  ['preferred: raspberrypi-3', 1, 'preferred', /must be raspberrypi-1 or raspberrypi-2/],
  [
    'vip:\n  address: 10.9.9.9',
    2,
    'vip.address',
    /in a network of both nodes: 10\.9\.9\.9\/24 is in none of raspberrypi-1/,
  ],
  ['vip:\n  address: 192.168.11.179', 2, 'vip.address', /192\.168\.11\.179 is a node's/],
  ['vip:\n  prefix: 33', 2, 'vip.prefix', /a whole number from 1 to 32, not 33/],
  ['vip:\n  prefix: "24"', 2, 'vip.prefix', /a whole number from 1 to 128, not '24'/],
  ['vip:\n  interface: eth0; reboot', 2, 'vip.interface', /the name of a network interface/],
  ['vip: 192.168.11.215', 1, 'vip', /must be a mapping with the keys resource, address/],
  ['containers: []', 1, 'containers', /must be a list of 1 to 16/],
  ['containers:\n  - resource: a\n    name: a', 2, 'containers[0].image', /is missing; must be the name of an image/],
  [
    'containers:\n  - { resource: VIP, name: a, image: a }',
    2,
    'containers[0].resource',
    /'VIP' is taken by vip\.resource/,
  ],
  [
    'containers:\n  - { resource: a, name: a, image: a }\n  - { resource: b, name: a, image: a }',
    3,
    'containers[1].name',
    /'a' is given twice/,
  ],
  [
    'containers:\n  - resource: a\n    name: a\n    image: a\n    ports: [80]',
    5,
    'containers[0].ports[0]',
    /HOST:CONTAINER.*not 80 \(put it in quotes/,
  ],
  [
    'containers:\n  - resource: a\n    name: a\n    image: a\n    run_options: --restart=always',
    5,
    'containers[0].run_options',
    /must be without --restart/,
  ],
  [
    'containers:\n  - resource: a\n    name: a\n    image: a\n    health:\n      interval: 5',
    5,
    'containers[0].health.command',
    /is missing; must be one line of text/,
  ],
  // Addresses are compared as addresses, however they are written.
  [twoNodes(['fd00::1'], ['FD00:0::0001']), 1, 'nodes[1].addresses', /FD00:0::0001 is given twice/],
  [twoNodes(['fd00::1'], ['fd00::2'], '{ address: "FD00:0::1", prefix: 64 }'), 2, 'vip.address', /a node's, a's/],
  [
    twoNodes(['10.0.0.1'], ['10.0.0.2'], '{ address: "::ffff:10.0.0.1", prefix: 120 }'),
    2,
    'vip.address',
    /a node's, a's/,
  ],
  [twoNodes(['10.0.0.1'], ['fd00::2']), 1, 'nodes[1].addresses[0]', /an IPv4 address, as a has on the same link/],
  [
    twoNodes(['10.0.0.1', 'fd00::1'], ['10.0.0.2', '10.1.0.2']),
    1,
    'nodes[1].addresses[1]',
    /an IPv6 address, as a has on the same link \(fd00::1\)/,
  ],
  [twoNodes(['224.0.0.1'], ['10.0.0.2']), 1, 'nodes[0].addresses[0]', /that the other node can reach/],
  [twoNodes(['fe80::1'], ['fe80::2']), 1, 'nodes[0].addresses[0]', /that the other node can reach/],
  ['vip: { address: 192.168.11.0 }', 1, 'vip.address', /not the network address of its network, 192\.168\.11\.0\/24/],
  ['vip: { address: 192.168.11.255 }', 1, 'vip.address', /not the broadcast address of its network/],
  ['vip: { address: 192.168.11.191, prefix: 26 }', 1, 'vip.address', /not the broadcast address/],
  ['vip: { address: 239.1.1.1 }', 1, 'vip.address', /not the multicast address/],
  ['vip: { address: 127.0.0.2, interface: lo }', 1, 'vip.address', /not the loopback address/],
  ['vip: { address: "ff02::1", prefix: 64, interface: eth0 }', 1, 'vip.address', /not the multicast address/],
  ['vip: { address: "0::0", prefix: 64, interface: eth0 }', 1, 'vip.address', /not the unspecified address/],
  ['vip: { address: "fd00::", prefix: 64, interface: eth0 }', 1, 'vip.address', /not the network address/],
  ['vip: { address: "fe80::5", prefix: 64 }', 1, 'vip.address', /with vip\.interface.*link-local/],
  ['vip: { address: 169.254.7.7, prefix: 16 }', 1, 'vip.address', /with vip\.interface.*link-local/],
  // What the agent for containers hands on to docker.
  [container('ports: ["65536:80"]'), 5, 'containers[0].ports[0]', /ports from 1 to 65535, not 65536/],
  [container('ports: ["80:99999"]'), 5, 'containers[0].ports[0]', /ports from 1 to 65535, not 99999/],
  [container('ports: ["90-80:90-80"]'), 5, 'containers[0].ports[0]', /the lower port first/],
  [container('ports: ["80-90:80-81"]'), 5, 'containers[0].ports[0]', /as many ports on both sides, not 11 and 2/],
  [
    container('ports: ["80:80", "0.0.0.0:80:81"]'),
    5,
    'containers[0].ports[1]',
    /80 is taken by containers\[0\]\.ports\[0\]/,
  ],
  [
    container('ports: ["80:80"]\n    run_options: --memory=1g -p70-90:70-90'),
    6,
    'containers[0].run_options',
    /80 is taken/,
  ],
  [
    `${container('ports: ["80:80"]')}\n  - { resource: b, name: b, image: b, ports: ["80:8080"] }`,
    6,
    'containers[1].ports[0]',
    /80 is taken by containers\[0\]\.ports\[0\]/,
  ],
  [container('run_options: -dit'), 5, 'containers[0].run_options', /must be without --detach/],
  [container('run_options: -itd --memory 1g'), 5, 'containers[0].run_options', /must be without --detach/],
  [container('run_options: -it --rm=true'), 5, 'containers[0].run_options', /must be without --rm/],
  [container('run_options: -v /a:/a nginx'), 5, 'containers[0].run_options', /would take 'nginx' for the image/],
  [container('run_options: --memory'), 5, 'containers[0].run_options', /a value for --memory/],
  [container(`run_options: '-e "MSG=hello world"'`), 5, 'containers[0].run_options', /without ".*--env-file=/],
  [container(`run_options: -e MSG=hello\\ world`), 5, 'containers[0].run_options', /--env-file=/],
  [container(`command: sh -c 'sleep 1'`), 5, 'containers[0].command', /without '.*a script in the image/],
  [container(`health: { command: "sh -c 'exit 0'" }`), 5, 'containers[0].health.command', /a script in the image/],
  ['mode: hot', 1, 'mode', /must be hot-standby or active-passive, not 'hot'/],
  ['takeover: now', 1, 'takeover', /must be after-fencing or at-once/],
  ['fencing:\n  hold: 9', 2, 'fencing.hold', /a whole number from 12 to 60 \(s\), not 9/],
  ['fencing:\n  hold: 12.5', 2, 'fencing.hold', /a whole number/],
  ['fencing:\n  delay: 30', 2, 'fencing.delay', /from 2 to 10/],
  ['fencing:\n  hold: 30\n  timeout: 60', 3, 'fencing.timeout', /must be at least 68/],
  ['timers:\n  stickiness: 0', 2, 'timers.stickiness', /from 2 to/],
  ['mode: hot-standby\nmode: active-passive', 2, '', /unique/],
  ['nodes: [', 1, '', /must be YAML or JSON/],
  ['- a', 1, '', /must be a mapping with the keys cluster, nodes/],
];

/** Files that look like bad ones, and are not. */
const good: Readonly<Record<string, string>> = {
  'a value that only looks like a flag': container('run_options: -e dit=1 -edit=1 --label --detach -it --init=true'),
  'the same port of two addresses': container('ports: ["10.0.0.1:80:80", "10.0.0.2:80:80"]'),
  'the same port of two protocols': container('ports: ["53:53/udp", "53:53/tcp"]'),
  'one of many host ports for one inside': container('ports: ["8000-8010:80"]'),
  'a link-local VIP with its interface': 'vip: { address: "fe80::5", prefix: 64, interface: eth0 }',
  'another interface on each node':
    'nodes: [{ name: a, addresses: [10.0.0.1], interface: eth0 }, { name: b, addresses: [10.0.0.2], interface: end0 }]\nvip: { address: 10.9.9.9 }',
  'links of different families': twoNodes(['10.0.0.1', 'fd00::1'], ['10.0.0.2', 'fd00::2'], '{ address: 10.0.0.9 }'),
  'a network of two addresses': twoNodes(['10.0.0.1'], ['10.0.0.2'], '{ address: 10.9.9.0, prefix: 31, interface: x }'),
};

describe('a cluster file with', () => {
  it.each(Object.entries(good))('%s is read', (_, text) => {
    expect(() => readClusterFile(withNodes(text), 'cluster.yaml')).not.toThrow();
  });

  it('--init in its options has it there once, however it is written', () => {
    const runOptions = (line: string) =>
      designOf(readClusterFile(withNodes(container(`run_options: ${line}`)), 'x')).containers[0]?.options['run_opts'];
    expect(runOptions('--memory=1g')).toBe('--init --memory=1g');
    for (const line of ['--init=true', '--init', '--init=false', '-it --init=1']) expect(runOptions(line)).toBe(line);
    expect(runOptions('--label --init')).toBe('--init --label --init');
  });

  it('one interface for both nodes names it as an option, and one for each by node', () => {
    const vip = (nodes: string) =>
      designOf(readClusterFile(`${nodes}\nvip: { address: 10.0.0.9, interface: eth0 }`, 'x')).vip;
    expect(vip(twoNodes(['10.0.0.1'], ['10.0.0.2']))).toMatchObject({ options: { nic: 'eth0' }, interfaces: [] });
    const different = vip(
      'nodes: [{ name: a, addresses: [10.0.0.1] }, { name: b, addresses: [10.0.0.2], interface: end0 }]',
    );
    expect(different.options['nic']).toBeNull();
    expect(different.interfaces).toEqual([
      { node: 'a', name: 'eth0' },
      { node: 'b', name: 'end0' },
    ]);
  });
});

describe('a cluster file without nodes', () => {
  it('is refused, an empty one too: the addresses of others are nobody’s default', () => {
    expect(() => readClusterFile('', 'cluster.yaml')).toThrow('must be a mapping with the keys cluster, nodes');
    for (const text of ['cluster: mine', '{}']) {
      expect(() => readClusterFile(text, 'cluster.yaml')).toThrow('nodes: is missing; must be a list of 2 to 16');
    }
  });

  it('is told what else is wrong with it all the same', () => {
    const text = 'containers:\n  - { resource: a, name: a, image: a, ports: ["80:80", "80:81"] }\n';
    expect(() => readClusterFile(text, 'cluster.yaml')).toThrow(/nodes: is missing[^]*containers\[0\]\.ports/);
  });
});

describe('a bad cluster file', () => {
  it.each(bad)('%j is refused at line %i, key "%s"', (file, line, key, says) => {
    const { code, problems, message } = refusal(file);
    expect(code).toBe('BAD_FILE');
    const problem = problems.find((one) => one.key === key && says.test(one.message));
    expect(problem, message).toBeDefined();
    expect(problem?.line).toBe(line);
    expect(message).toContain(`cluster.yaml:${line}:`);
  });

  it('is told all its mistakes at once', () => {
    expect(refusal('mode: x\nfencing: { hold: 1 }\nvip: { prefix: 0 }').problems.map(({ line }) => line)).toEqual([
      3, 1, 2,
    ]);
  });

  it('has a mistake refused at every key there is', () => {
    const keys: string[] = [];
    const visit = (field: Field, key: string) => {
      if (key !== '') keys.push(key);
      if (field.kind === 'object')
        for (const [name, inner] of Object.entries(field.fields)) visit(inner, `${key}.${name}`);
      if (field.kind === 'list') visit(field.item, `${key}[]`);
    };
    visit(clusterFile, '');
    const wrap = (path: readonly string[], value: unknown): unknown =>
      path.reduceRight((inner, name) => (name === '[]' ? [inner, inner] : { [name]: inner }), value);
    for (const key of keys) {
      const path = key.split(/\.|(?=\[\])/).filter((name) => name !== '');
      // No key takes a list of lists of nothing.
      const { problems } = refusal(JSON.stringify(wrap(path, [[]])));
      expect(
        problems.some((one) => one.key.replace(/\[\d+\]/g, '[]').startsWith(path.join('.').replaceAll('.[]', '[]'))),
        key,
      ).toBe(true);
    }
  });

  it('that would be enormous, its aliases resolved, is refused at once', () => {
    const level = (name: string, of: string) =>
      `${name}: &${name} [${Array.from({ length: 10 }, () => of).join(', ')}]`;
    const names = Array.from({ length: 40 }, (_, index) => `x${index}`);
    const bomb = names.map((name, index) => level(name, index === 0 ? 'lol' : `*${names[index - 1]!}`)).join('\n');
    for (const text of [
      bomb,
      `${bomb}\ncontainers: *x39\n`,
      `${bomb}\ncontainers: [{ resource: a, name: a, image: a, ports: *x39 }]\n`,
      'containers: &c [*c]\n',
      'containers: [&c { resource: a, name: *c, image: a, ports: [*c] }]\n',
      'nodes: &n [*n, *n]\nvip: *n\n',
    ]) {
      expect(refusal(text)).toBeInstanceOf(SetupError);
    }
  });

  it('of any text is refused with a line of the file, or read', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        try {
          readClusterFile(text, 'f');
        } catch (error) {
          expect(error).toBeInstanceOf(SetupError);
          for (const { line } of (error as SetupError).problems) {
            expect(line).toBeGreaterThanOrEqual(1);
            expect(line).toBeLessThanOrEqual(text.split(/\r\n|\n|\r/).length);
          }
        }
      }),
    );
  });

  it('of any JSON is refused with its keys, or read', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        try {
          readClusterFile(text, 'f');
        } catch (error) {
          expect(error).toBeInstanceOf(SetupError);
          expect((error as SetupError).problems.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readClusterFile } from '../src/config/read-cluster-file.js';
import { quoted } from '../src/init/yaml-text.js';
import { container, type FakeMachine, first, image, second, world } from './init-world.js';

/** What init makes of these containers. */
async function written(local: Partial<FakeMachine>, peer: Partial<FakeMachine> = {}) {
  const both = world({ ...first, ...local }, { ...second, ...peer });
  await both.run({ vip: '192.168.11.215' });
  const text = both.file();
  const comments = text.replaceAll(/\n *# (?!- )/g, ' ').replaceAll(/\s+/g, ' ');
  return { text, comments, output: both.output(), containers: readClusterFile(text, 'f').containers };
}

/** The file when somebody takes the # away from the other containers. */
const withOthers = (text: string) => text.replaceAll(/^ {2}# (?=- resource:| {2}(?:\w+:|#))/gm, '  ');

const database = container({
  name: 'db',
  config: {
    Image: 'postgres:16',
    User: '999',
    Env: [
      'PATH=/bin',
      'POSTGRES_PASSWORD=hunter2',
      'DATABASE_URL=postgres://me:hunter3@db/x',
      'GREETING=a b',
      'TZ=UTC',
    ],
    Cmd: ['postgres', '-c', 'max_connections=20'],
  },
  host: {
    PortBindings: { '5432/tcp': [{ HostIp: '127.0.0.1', HostPort: '5432' }] },
    CapAdd: ['SYS_NICE'],
    Devices: [{ PathOnHost: '/dev/ttyUSB0', PathInContainer: '/dev/ttyUSB0', CgroupPermissions: 'rwm' }],
    Memory: 536870912,
    MemorySwap: 1073741824,
    Privileged: true,
    SecurityOpt: ['label=disable'],
    MaskedPaths: null,
    Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 2048 }],
    LogConfig: { Type: 'journald', Config: { tag: 'db' } },
    NetworkMode: 'back',
  },
  mounts: [
    { Type: 'volume', Name: 'pgdata', Source: '/var/lib/docker/x', Destination: '/data', Mode: 'z', RW: true },
    {
      Type: 'bind',
      Source: '/srv/pg.conf',
      Destination: '/etc/pg.conf',
      Mode: 'ro',
      RW: false,
      Propagation: 'rprivate',
    },
    { Type: 'bind', Source: '/etc/localtime', Destination: '/etc/localtime', Mode: 'ro', RW: false },
    { Type: 'bind', Source: '/srv/my data', Destination: '/more', Mode: '', RW: true },
  ],
  networks: { back: { Aliases: ['database', 'db0123456789'] }, front: {} },
});

describe('the container that init writes', () => {
  it('is as before when it has ports alone', async () => {
    const { text, output } = await written({ containers: [container()] });
    expect(text).toContain(`containers: # what runs now; it is put aside, and the cluster creates it again
  - resource: web
    name: web
    image: "nginx:1"
    ports: ['8080:80']

mode: hot-standby`);
    expect(output).toBe(
      'cluster.yaml describes the cluster of raspberrypi-1 and raspberrypi-2.\n' +
        'Now: cluster-setup apply cluster.yaml (or plan, which only shows it)\n',
    );
  });

  it('has the data, network, rights, limits and command of the one that runs', async () => {
    const { containers } = await written({ containers: [database] });
    expect(containers).toMatchObject([
      {
        name: 'db',
        image: 'postgres:16',
        ports: ['127.0.0.1:5432:5432'],
        run_options:
          '-v pgdata:/data -v /srv/pg.conf:/etc/pg.conf:ro -v /etc/localtime:/etc/localtime:ro --network back ' +
          '--network-alias database --env TZ=UTC --user 999 --memory 512m --privileged --cap-add SYS_NICE ' +
          '--device /dev/ttyUSB0 --ulimit nofile=1024:2048 --log-driver journald --log-opt tag=db',
        command: 'postgres -c max_connections=20',
      },
    ]);
  });

  it('comes with what the file cannot have, and never with a secret', async () => {
    const { text, comments, output } = await written({ containers: [database] });
    for (const where of [comments, output]) {
      expect(where).toContain(
        'not carried over: these environment variables: POSTGRES_PASSWORD, DATABASE_URL, GREETING. Write them into a file on ' +
          'both nodes, and name it in run_options: --env-file=/etc/db.env',
      );
      expect(where).toContain('not carried over: -v /srv/my data:/more; the network front');
      expect(where).toContain('must be on both nodes: /srv/pg.conf, the network back, /dev/ttyUSB0');
      expect(where).toContain(
        'Its data is on raspberrypi-1 alone: the volume pgdata, /srv/my data; raspberrypi-2 has none of it.',
      );
      expect(where).toContain('choose mode: active-passive');
    }
    expect(output).toContain('Check these before apply:\n  db: not carried over');
    expect(text + output).not.toMatch(/hunter/);
  });

  it.each([
    ['a word with a space', { Cmd: ['sh', '-c', 'sleep 1'] }],
    ['a password', { Cmd: ['redis-server', '--requirepass', 'hunter2'] }],
    ['a password in a URL', { Cmd: ['migrate', 'postgres://me:hunter2@db/x'] }],
    ['a pattern', { Cmd: ['cat', '*'] }],
    ['an argument in its entrypoint that is none', { Entrypoint: ['sh', '-c', 'sleep 1'] }],
  ])('has no half of a command with %s', async (_, config) => {
    const { text, containers, output } = await written({ containers: [container({ config })] });
    expect(containers).toMatchObject([{ run_options: undefined, command: undefined }]);
    expect(output).toContain('web: not carried over: its command');
    expect(text + output).not.toMatch(/hunter/);
  });

  it.each([
    ['another program', { Entrypoint: ['sh', '-e'], Cmd: ['/run.sh'] }, '--entrypoint sh', '-e /run.sh'],
    ['none', { Entrypoint: null, Cmd: ['/run.sh'] }, '--entrypoint=', '/run.sh'],
    ['arguments alone', { Cmd: ['serve', '-v'] }, undefined, 'serve -v'],
  ])('has the entrypoint of one that has %s', async (_, config, options, command) => {
    const { containers } = await written({ containers: [container({ config })] });
    expect(containers).toMatchObject([{ run_options: options, command }]);
  });

  it('comes with a warning where a port is bound to an address that the other machine does not have', async () => {
    const boundTo = async (HostIp: string) => {
      const host = { PortBindings: { '80/tcp': [{ HostIp, HostPort: '80' }] } };
      return (await written({ containers: [container({ host })] })).output;
    };
    expect(await boundTo('192.168.11.211')).toContain(
      'must be on both nodes: the address of the port 192.168.11.211:80:80',
    );
    for (const address of ['', '0.0.0.0', '::', '127.0.0.1', '::1']) {
      expect(await boundTo(address)).not.toContain('the address of the port');
    }
  });

  it('is refused where docker does not say what runs, and not taken for none', async () => {
    const refusal = 'permission denied while trying to connect to the Docker daemon socket\n';
    await expect(written({ refusal })).rejects.toThrow(
      /docker does not say which containers run: permission denied .*as root/,
    );
  });

  it.each<[string, object, readonly string[]]>([
    ['of one address', { '80/tcp': [{ HostIp: '::1', HostPort: '80' }] }, ['[::1]:80:80']],
    ['of another protocol', { '53/udp': [{ HostIp: '', HostPort: '53' }] }, ['53:53/udp']],
    [
      'in a row, as a range',
      Object.fromEntries([8001, 8000, 8002].map((port) => [`${port}/tcp`, [{ HostIp: '', HostPort: String(port) }]])),
      ['8000-8002:8000-8002'],
    ],
    [
      'of both families',
      {
        '80/tcp': [
          { HostIp: '0.0.0.0', HostPort: '80' },
          { HostIp: '::', HostPort: '80' },
        ],
      },
      ['80:80'],
    ],
  ])('has ports %s', async (_, PortBindings, ports) => {
    const { containers } = await written({ containers: [container({ host: { PortBindings } })] });
    expect(containers).toMatchObject([{ ports }]);
  });

  it('has the port that docker chose, and no more of them than a file takes', async () => {
    const chosen = { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '32768' }], '81/tcp': null };
    const host = { PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '' }] } };
    expect((await written({ containers: [container({ host, published: chosen })] })).containers).toMatchObject([
      { ports: ['32768:80'] },
    ]);
    const many = Object.fromEntries(
      Array.from({ length: 70 }, (_, index) => [
        `${index * 2 + 1}/tcp`,
        [{ HostIp: '', HostPort: String(5000 + index) }],
      ]),
    );
    const { containers, output } = await written({ containers: [container({ host: { PortBindings: many } })] });
    expect(containers[0]?.ports).toHaveLength(64);
    expect(output).toContain('not carried over: the port 5064:129;');
  });

  it('publishes nothing in the network of the host', async () => {
    const { containers } = await written({ containers: [container({ host: { NetworkMode: 'host' } })] });
    expect(containers).toMatchObject([{ ports: [], run_options: '--network host' }]);
  });

  it('names what docker inspect knows and no option here stands for', async () => {
    const host = {
      DeviceRequests: [{ Driver: 'nvidia' }],
      Links: ['/db:/web/db'],
      CpuCount: 0,
      DeviceCgroupRules: null,
    };
    const { output } = await written({ containers: [container({ host })] });
    expect(output).toContain(
      'not carried over: what docker inspect calls DeviceRequests; what docker inspect calls Links',
    );
  });

  it('names what belongs to another container, and options of a mount that -v does not have', async () => {
    const host = {
      PidMode: 'container:0123',
      NetworkMode: 'container:0123',
      Mounts: [
        {
          Type: 'volume',
          Source: 'nfs',
          Target: '/data',
          VolumeOptions: { DriverConfig: { Options: { type: 'nfs' } } },
        },
        { Type: 'bind', Source: '/srv', Target: '/srv', BindOptions: { Propagation: 'rslave' } },
      ],
    };
    const mounts = [
      { Type: 'volume', Name: 'nfs', Destination: '/data', Mode: 'z', RW: true },
      { Type: 'bind', Source: '/srv', Destination: '/srv', Mode: '', RW: true, Propagation: 'rslave' },
      { Type: 'bind', Source: '/a:b', Destination: '/c', Mode: '', RW: true },
    ];
    const { output, containers } = await written({ containers: [container({ host, mounts })] });
    expect(containers).toMatchObject([{ run_options: '-v nfs:/data -v /srv:/srv:rslave' }]);
    expect(output).toContain(
      'web: not carried over: the options of what is mounted at /data; what is mounted at /c; ' +
        'the network of another container; what docker inspect calls PidMode\n',
    );
  });

  it('has no longer line of options than a file takes', async () => {
    const Env = ['PATH=/bin', ...Array.from({ length: 60 }, (_, index) => `V${index}=${'x'.repeat(20)}`)];
    const { output, containers } = await written({ containers: [container({ config: { Env } })] });
    expect(containers[0]?.run_options?.length).toBeGreaterThan(950);
    expect(output).toMatch(/these environment variables: V\d+, .*V59\. /);
  });

  it('says that compose made it, and that --rm takes its volume away', async () => {
    const Name = 'a'.repeat(64);
    const { comments, containers } = await written({
      containers: [
        container({
          config: { Labels: { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' } },
          host: { AutoRemove: true },
          mounts: [{ Type: 'volume', Name, Destination: '/data', Mode: '', RW: true }],
        }),
      ],
    });
    expect(containers).toMatchObject([{ run_options: `-v ${Name}:/data` }]);
    expect(comments).toContain('take it out of the compose file, or compose starts it again');
    expect(comments).toContain('by --rm it goes when the container is stopped');
  });

  it('is refused when docker prints no JSON, and an example when it prints nothing', async () => {
    await expect(written({ containers: 'Cannot connect' })).rejects.toThrow('docker inspect did not print JSON');
    expect((await written({ containers: '' })).text).toContain('# No container runs on either machine');
  });

  it.each([{}, [], null, 'text', { HostConfig: [], Config: 'x', Mounts: {}, NetworkSettings: { Ports: [] } }])(
    'is not carried over when docker inspect has %j in its place',
    async (odd) => {
      const { containers } = await written({ containers: [odd as object, container()] });
      expect(containers).toMatchObject([{ name: 'web' }]);
    },
  );
});

describe('several containers', () => {
  it('are written with the one that publishes ports first, and the others as comments', async () => {
    const quiet = container({ name: 'agent', host: { PortBindings: {} } });
    const { text, containers, output } = await written({ containers: [container(), quiet, database] });
    expect(containers.map(({ name }) => name)).toEqual(['db']);
    expect(text).toContain('  # These run as well. Take the # away from what belongs to the service');
    expect(output).toContain('  also running, and in the file as comments: agent, web\n');
    expect(readClusterFile(withOthers(text), 'f').containers.map(({ name }) => name)).toEqual(['db', 'agent', 'web']);
  });

  it('of one name on both machines are written once, and a difference is told', async () => {
    const other = container({ config: { Image: 'nginx:2' } });
    const same = await written({ containers: [container()] }, { containers: [container()] });
    expect(same.text).not.toContain('other options');
    const { containers, comments } = await written({ containers: [container()] }, { containers: [other] });
    expect(containers).toMatchObject([{ name: 'web', image: 'nginx:1' }]);
    expect(comments).toContain('raspberrypi-1 and raspberrypi-2 run it with another image or other options');
  });

  it('of the other machine count as well', async () => {
    const { containers, comments } = await written({ containers: [] }, { containers: [database] });
    expect(containers).toMatchObject([{ name: 'db' }]);
    expect(comments).toContain('It runs on raspberrypi-2 alone.');
    expect(comments).toContain('Its data is on raspberrypi-2 alone: the volume pgdata');
  });

  it('get resource names of their own, also beside those of the cluster', async () => {
    const names = ['VIP', 'a.b', 'a_b', 'fence_raspberrypi-1'];
    const { text } = await written({
      containers: names.map((name) => container({ name, host: { PortBindings: {} } })),
    });
    expect(readClusterFile(withOthers(text), 'f').containers.map(({ resource }) => resource)).toEqual([
      ...['VIP_2', 'a_b', 'a_b_2', 'fence_raspberrypi-1_3'],
    ]);
  });

  it('whose name or image no file takes are told', async () => {
    const { text, output } = await written({ containers: [container({ name: `x${'y'.repeat(70)}` })] });
    expect(text).toContain('# No container that runs can be in the file');
    expect(output).toContain('cannot be in the file under this name and image');
  });
});

describe('a text in the file', () => {
  const odd = [
    '2048',
    'true',
    '1e3',
    'E0',
    'null',
    'Yes',
    '~',
    '0x1F',
    '0o17',
    '.inf',
    '-1',
    '1_000',
    '2024-01-01',
    'a: b',
    ' ',
    '',
  ];

  it('reads back as it was', () => {
    const one = fc.oneof(fc.constantFrom(...odd), fc.string(), fc.stringMatching(/^[-+.\w~:#]{0,8}$/));
    fc.assert(
      fc.property(one, (text) => {
        expect(parse(`[${quoted(text)}]`)).toEqual([text]);
        expect(parse(`key: ${quoted(text)} # comment`)).toEqual({ key: text });
        expect(parse(`key: ${quoted(text)}`, { version: '1.1' })).toEqual({ key: text });
      }),
    );
  });

  it('that is a name, a port or an option of a container is the same for plan', async () => {
    const name = fc.oneof(
      fc.constantFrom('2048', 'true', '1e3', 'No', '0x1F'),
      fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/),
    );
    const host = fc.oneof(
      fc.constantFrom('2048', '1e3', 'true'),
      fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/),
    );
    const port = fc.integer({ min: 1, max: 65535 });
    const anyText = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom('1e3', '#', '{}', "it's", '"'),
    );
    const ports = fc.dictionary(
      fc
        .tuple(port, fc.constantFrom('tcp', 'udp', 'sctp'))
        .map(([inside, protocol]) => `${String(inside)}/${protocol}`),
      fc.array(
        fc.record({ HostIp: fc.constantFrom('', '0.0.0.0', '::', '127.0.0.1', '::1'), HostPort: port.map(String) }),
        { maxLength: 3 },
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        host,
        name,
        ports,
        fc.array(anyText, { maxLength: 8 }),
        async (own, called, PortBindings, all) => {
          fc.pre(own !== 'raspberrypi-2');
          const env = all.map((value, index) => `V${String(index)}=${value}`);
          const config = { Image: called, Env: env, Cmd: all, Labels: { a: all[0] ?? '' }, User: all[1] ?? '' };
          const both = world(
            {
              ...first,
              hostname: own,
              containers: [container({ name: called, config, host: { PortBindings, CapAdd: all } })],
            },
            second,
          );
          await both.run({ vip: '192.168.11.215' });
          const { nodes, containers } = readClusterFile(both.file(), 'f');
          expect(nodes[0]?.name).toBe(own);
          expect(containers).toMatchObject([{ name: called, image: called }]);
          const words = (containers[0]?.run_options ?? '').split(' ');
          for (const [index, word] of words.entries()) if (word === '--env') expect(env).toContain(words[index + 1]);
          if (containers[0]?.command !== undefined) expect(containers[0].command.split(' ')).toEqual(all);
        },
      ),
      { numRuns: 60 },
    );
  });
});

it('compares with the image: what that brings is not written', async () => {
  const plain = { ...image, Config: { ...image.Config, Env: ['PATH=/bin', 'TZ=UTC'], User: 'www' } };
  const config = { Env: ['PATH=/bin', 'TZ=UTC', 'A=1'], User: 'www' };
  const { containers } = await written({ containers: [container({ config })], images: [plain] });
  expect(containers).toMatchObject([{ run_options: '--env A=1' }]);
});

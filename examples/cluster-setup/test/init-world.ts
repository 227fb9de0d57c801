// Two machines as init finds them: what `ip`, `docker` and `arping` say there.
import type { RawResult, RunRequest } from '@sleepi3/pcs';
import { answer } from '@sleepi3/pcs/testing';
import { type InitOptions, runInit } from '../src/init/run-init.js';

export interface FakeMachine {
  readonly hostname?: string;
  readonly id?: string;
  /** As `ip -o address show scope global` prints them. */
  readonly addresses: readonly string[];
  /** As `docker inspect` prints them; without docker undefined. */
  readonly containers?: readonly object[] | string;
  /** What docker says in the place of what runs. */
  readonly refusal?: string;
  /** As `docker image inspect` prints them. */
  readonly images?: readonly object[];
}

export const first: FakeMachine = {
  hostname: 'raspberrypi-1',
  id: 'one',
  addresses: [
    '2: eth0    inet 192.168.11.211/24 brd 192.168.11.255 scope global eth0',
    '5: docker0    inet 172.17.0.1/16 scope global docker0',
  ],
};
export const second: FakeMachine = {
  hostname: 'raspberrypi-2.local',
  id: 'two',
  addresses: ['2: eth0    inet 192.168.11.179/24 brd 192.168.11.255 scope global eth0'],
};

/** An image, and what it brings by itself. */
export const image = {
  Id: 'sha256:aa',
  Config: { User: '', Env: ['PATH=/bin'], Cmd: ['serve'], Entrypoint: ['/start'], WorkingDir: '/srv', Labels: null },
};

/** A container of that image, as `docker run -d -p 8080:80` leaves it. */
export function container({
  name = 'web',
  config = {},
  host = {},
  mounts = [],
  networks = { bridge: {} },
  published = {},
}: {
  readonly name?: string;
  readonly config?: object;
  readonly host?: object;
  readonly mounts?: readonly object[];
  readonly networks?: object;
  readonly published?: object;
} = {}): object {
  return {
    Id: `${name}0123456789abcdef0123`,
    Name: `/${name}`,
    Image: 'sha256:aa',
    Config: {
      Hostname: `${name}0123456789abcdef0123`.slice(0, 12),
      Domainname: '',
      User: '',
      Tty: false,
      OpenStdin: false,
      Env: ['PATH=/bin'],
      Cmd: ['serve'],
      Entrypoint: ['/start'],
      Image: 'nginx:1',
      WorkingDir: '/srv',
      Labels: {},
      ...config,
    },
    HostConfig: {
      Binds: null,
      ContainerIDFile: '',
      LogConfig: { Type: 'json-file', Config: {} },
      NetworkMode: 'default',
      PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '8080' }] },
      RestartPolicy: { Name: 'always', MaximumRetryCount: 0 },
      AutoRemove: false,
      VolumeDriver: '',
      ConsoleSize: [24, 80],
      CapAdd: null,
      CgroupnsMode: 'private',
      Dns: [],
      IpcMode: 'private',
      OomScoreAdj: 0,
      PidsLimit: null,
      Privileged: false,
      ShmSize: 67108864,
      Runtime: 'runc',
      Memory: 0,
      MemorySwap: 0,
      MemorySwappiness: null,
      MaskedPaths: ['/proc/kcore'],
      ReadonlyPaths: ['/proc/sys'],
      ...host,
    },
    Mounts: mounts,
    NetworkSettings: { Ports: published, Networks: networks },
  };
}

export function world(
  local: FakeMachine,
  peer: FakeMachine,
  {
    taken = [] as readonly string[],
    ask = undefined as string | undefined,
    /** The exit status of `arping -D`: Debian has two programs of that name. */
    arping = (isTaken: boolean) => (isTaken ? 1 : 0),
  } = {},
) {
  const written = new Map<string, string>();
  const questions: string[] = [];
  let output = '';
  let errors = '';
  const inUse = [...taken, ...[local, peer].flatMap((one) => one.addresses.map(addressOf))];
  const respond = (
    { hostname = 'pi', id = 'id', addresses, containers, images = [image], refusal }: FakeMachine,
    words: string,
  ): RawResult => {
    if (words.includes('machine-id'))
      return answer({ stdout: `${hostname}\n${id}\nDebian GNU/Linux 13 (trixie)\neth0\n` });
    if (words.includes('address')) return answer({ stdout: addresses.join('\n') });
    if (words.includes('docker ps') && refusal !== undefined) return answer({ exitCode: 3, stderr: refusal });
    if (words.includes('docker ps'))
      return answer({ stdout: typeof containers === 'object' ? JSON.stringify(containers) : (containers ?? '') });
    if (/docker'? '?image/.test(words)) return answer({ stdout: JSON.stringify(images) });
    if (words.includes('i2cget')) return answer({ exitCode: 9 });
    if (words.includes('arping')) return answer({ exitCode: arping(inUse.some((one) => words.endsWith(` ${one}`))) });
    throw new Error(`not expected: ${words}`);
  };
  return {
    written,
    questions,
    output: () => output,
    errors: () => errors,
    file: () => written.get('cluster.yaml') ?? '',
    run: (options: Partial<InitOptions> = {}) =>
      runInit(
        { peer: '192.168.11.179', vip: undefined, file: 'cluster.yaml', ...options },
        {
          runner: {
            run: async ({ program, argv }: RunRequest) =>
              respond(program === 'ssh' ? peer : local, [program, ...argv].join(' ')),
          },
          ask: ask === undefined ? undefined : async (question) => (questions.push(question), ask),
          write: (text) => (output += text),
          writeError: (text) => (errors += text),
          readFile: async (path) => written.get(path) ?? Promise.reject(new Error('ENOENT')),
          writeFile: async (path, text) => void written.set(path, text),
        },
      ),
  };
}

function addressOf(line: string): string {
  return / inet6? ([^/]+)\//.exec(line)?.[1] ?? '';
}

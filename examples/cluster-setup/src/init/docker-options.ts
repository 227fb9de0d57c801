// What docker inspect says of a container, as the options of docker run by which it was made. Defaults are left out.
import type { Part } from './part.js';

/** One option of docker run. */
export interface DockerOption {
  readonly name: string;
  /** Undefined for a flag. */
  readonly value?: string;
  /** The name in a value NAME=VALUE that may be a secret. */
  readonly variable?: string;
}

/** Options of HostConfig that are a text, with what docker has without them. */
const texts: readonly (readonly [key: string, name: string, ...defaults: string[]])[] = [
  ['CgroupParent', '--cgroup-parent'],
  ['CgroupnsMode', '--cgroupns', 'private'],
  ['CpusetCpus', '--cpuset-cpus'],
  ['CpusetMems', '--cpuset-mems'],
  ['IpcMode', '--ipc', 'private', 'shareable'],
  ['PidMode', '--pid'],
  ['Runtime', '--runtime', 'runc', 'io.containerd.runc.v2'],
  ['UTSMode', '--uts'],
  ['UsernsMode', '--userns'],
  ['VolumeDriver', '--volume-driver'],
];

const numbers: readonly (readonly [key: string, name: string])[] = [
  ['BlkioWeight', '--blkio-weight'],
  ['CpuPeriod', '--cpu-period'],
  ['CpuQuota', '--cpu-quota'],
  ['CpuShares', '--cpu-shares'],
  ['OomScoreAdj', '--oom-score-adj'],
  ['PidsLimit', '--pids-limit'],
];

const flags: readonly (readonly [key: string, name: string])[] = [
  ['OomKillDisable', '--oom-kill-disable'],
  ['Privileged', '--privileged'],
  ['ReadonlyRootfs', '--read-only'],
];

const lists: readonly (readonly [key: string, name: string])[] = [
  ['CapAdd', '--cap-add'],
  ['CapDrop', '--cap-drop'],
  ['Dns', '--dns'],
  ['DnsOptions', '--dns-option'],
  ['DnsSearch', '--dns-search'],
  ['ExtraHosts', '--add-host'],
  ['GroupAdd', '--group-add'],
];

const pairs: readonly (readonly [key: string, name: string])[] = [
  ['Annotations', '--annotation'],
  ['StorageOpt', '--storage-opt'],
  ['Sysctls', '--sysctl'],
];

/** What is read one by one, or says nothing of how the container was made; what else has a value is told. */
const known = new Set([
  ...[texts, numbers, flags, lists, pairs].flat().map(([key]) => key),
  ...['Memory', 'MemoryReservation', 'MemorySwap', 'MemorySwappiness', 'NanoCpus', 'ShmSize', 'Devices', 'Ulimits'],
  ...['LogConfig', 'SecurityOpt', 'MaskedPaths', 'ReadonlyPaths', 'NetworkMode', 'PortBindings', 'PublishAllPorts'],
  ...['Binds', 'Mounts', 'Tmpfs', 'VolumesFrom', 'Init', 'RestartPolicy', 'AutoRemove'],
  ...['ConsoleSize', 'ContainerIDFile', 'Isolation'],
]);

/** The options by the limits and rights of a container: its HostConfig. */
export function hostOptions(host: Part): readonly DockerOption[] {
  return [
    ...texts.flatMap(([key, name, ...defaults]) => {
      const value = host.at(key).text;
      return value === '' || defaults.includes(value) || isShared(key, host.at(key)) ? [] : [{ name, value }];
    }),
    ...numbers.flatMap(([key, name]) => optionOf(name, host.at(key))),
    ...memoryOptions(host),
    ...flags.filter(([key]) => host.at(key).is(true)).map(([, name]) => ({ name })),
    ...(host.at('Init').is(false) ? [{ name: '--init=false' }] : []),
    ...lists.flatMap(([key, name]) => host.at(key).texts.map((value) => ({ name, value }))),
    ...pairs.flatMap(([key, name]) => pairsOf(name, host.at(key))),
    ...securityOptions(host),
    ...host.at('Devices').list.map(deviceOption),
    ...host.at('Ulimits').list.map(ulimitOption),
    ...logOptions(host.at('LogConfig')),
  ];
}

/** Keys of HostConfig with a value that no option here stands for. */
export function unknownKeys(host: Part): readonly string[] {
  const isUnknown = (key: string, value: Part) => !value.isEmpty && (!known.has(key) || isShared(key, value));
  return host.entries.filter(([key, value]) => isUnknown(key, value)).map(([key]) => key);
}

/** Whether it is what another container has, by an id that no other machine knows. */
const isShared = (key: string, value: Part) => key !== 'NetworkMode' && value.text.startsWith('container:');

/** The options by which a container differs from its image: their Config. */
export function ownOptions(container: Part, image: Part): readonly DockerOption[] {
  const config = container.at('Config');
  const differs = (key: string) => !config.at(key).isEmpty && !config.at(key).isSame(image.at(key));
  const text = (key: string, name: string) => (differs(key) ? [{ name, value: config.at(key).text }] : []);
  const stopTimeout = config.at('StopTimeout').number;
  return [
    ...config
      .at('Env')
      .texts.filter((one) => one.includes('=') && !image.at('Env').texts.includes(one))
      .map((value) => ({ name: '--env', value, variable: value.replace(/=.*$/s, '') })),
    ...text('User', '--user'),
    ...text('WorkingDir', '--workdir'),
    ...hostnameOptions(container),
    ...(config.at('Tty').is(true) ? [{ name: '--tty' }] : []),
    ...(config.at('OpenStdin').is(true) ? [{ name: '--interactive' }] : []),
    ...text('StopSignal', '--stop-signal'),
    ...(stopTimeout === undefined ? [] : [{ name: '--stop-timeout', value: String(stopTimeout) }]),
    ...(config.at('Healthcheck').at('Test').texts[0] === 'NONE' ? [{ name: '--no-healthcheck' }] : []),
    ...config
      .at('Labels')
      .entries.filter(([key, value]) => !isComposeLabel(key) && !value.isSame(image.at('Labels').at(key)))
      .map(([key, value]) => ({ name: '--label', value: `${key}=${value.text}`, variable: key })),
  ];
}

const isComposeLabel = (key: string) => key.startsWith('com.docker.compose.') || key.startsWith('desktop.docker.');

/** Docker calls a container by the beginning of its id, unless it shares the host's name. */
function hostnameOptions(container: Part): readonly DockerOption[] {
  const config = container.at('Config');
  const host = container.at('HostConfig');
  const hostname = config.at('Hostname').text;
  const shared = host.at('UTSMode').is('host') || /^(?:host$|container:)/.test(host.at('NetworkMode').text);
  if (shared || hostname === '' || container.at('Id').text.startsWith(hostname)) return [];
  const domain = config.at('Domainname').text;
  return [{ name: '--hostname', value: hostname }, ...(domain === '' ? [] : [{ name: '--domainname', value: domain }])];
}

function memoryOptions(host: Part): readonly DockerOption[] {
  const memory = host.at('Memory').number ?? 0;
  const swap = host.at('MemorySwap').number ?? 0;
  const swappiness = host.at('MemorySwappiness').number ?? -1;
  const shared = host.at('ShmSize').number ?? 0;
  const cpus = host.at('NanoCpus').number ?? 0;
  return [
    ...(memory > 0 ? [{ name: '--memory', value: inUnits(memory) }] : []),
    ...optionOf('--memory-reservation', host.at('MemoryReservation'), inUnits),
    // Docker allows as much swap again when nobody says how much.
    ...(memory > 0 && swap !== 0 && swap !== 2 * memory ? [{ name: '--memory-swap', value: inUnits(swap) }] : []),
    ...(swappiness >= 0 ? [{ name: '--memory-swappiness', value: String(swappiness) }] : []),
    ...(shared > 0 && shared !== 64 * mebibyte ? [{ name: '--shm-size', value: inUnits(shared) }] : []),
    ...(cpus > 0 ? [{ name: '--cpus', value: String(cpus / 1e9) }] : []),
  ];
}

const mebibyte = 2 ** 20;

const inUnits = (bytes: number) =>
  bytes > 0 && bytes % mebibyte === 0 ? `${String(bytes / mebibyte)}m` : String(bytes);

/** Docker adds some for privileged containers by itself. */
function securityOptions(host: Part): readonly DockerOption[] {
  const name = '--security-opt';
  const isPrivileged = host.at('Privileged').is(true);
  const values = host.at('SecurityOpt').texts.filter((value) => !(isPrivileged && value === 'label=disable'));
  const isUnmasked = host.at('MaskedPaths').isList && host.at('MaskedPaths').isEmpty && !isPrivileged;
  return [...values, ...(isUnmasked ? ['systempaths=unconfined'] : [])].map((value) => ({ name, value }));
}

function deviceOption(device: Part): DockerOption {
  const outside = device.at('PathOnHost').text;
  const inside = device.at('PathInContainer').text;
  const rights = device.at('CgroupPermissions').text;
  if (rights !== '' && rights !== 'rwm') return { name: '--device', value: `${outside}:${inside}:${rights}` };
  return { name: '--device', value: outside === inside ? outside : `${outside}:${inside}` };
}

function ulimitOption(limit: Part): DockerOption {
  const [soft, hard] = ['Soft', 'Hard'].map((key) => String(limit.at(key).number ?? 0));
  return { name: '--ulimit', value: `${limit.at('Name').text}=${String(soft)}:${String(hard)}` };
}

function logOptions(log: Part): readonly DockerOption[] {
  const driver = log.at('Type').text;
  return [
    ...(driver === '' || driver === 'json-file' ? [] : [{ name: '--log-driver', value: driver }]),
    ...pairsOf('--log-opt', log.at('Config')),
  ];
}

function optionOf(name: string, part: Part, write: (value: number) => string = String): readonly DockerOption[] {
  return part.isEmpty || part.number === undefined ? [] : [{ name, value: write(part.number) }];
}

function pairsOf(name: string, part: Part): readonly DockerOption[] {
  return part.entries.map(([key, value]) => ({ name, value: `${key}=${value.text}`, variable: key }));
}

// Where a container has its data and which networks it is in, as options of docker run, and what both nodes need for it.
import type { DockerOption } from './docker-options.js';
import type { Part } from './part.js';

/** What a container needs beside its image. */
export interface Surroundings {
  readonly options: readonly DockerOption[];
  /** What it writes to, in words: one machine has it. */
  readonly data: readonly string[];
  /** What else has to be on both nodes, in words. */
  readonly needed: readonly string[];
  /** What no option stands for, in words. */
  readonly others: readonly string[];
}

const nothing: Surroundings = { options: [], data: [], needed: [], others: [] };

/** The volumes, directories, networks and devices of one container of `docker inspect`. */
export function surroundings(container: Part): Surroundings {
  const host = container.at('HostConfig');
  const devices = host.at('Devices').list.map((device) => device.at('PathOnHost').text);
  const all = [
    { ...nothing, others: host.at('Mounts').list.flatMap(lostOptions) },
    ...container.at('Mounts').list.map((mount) => ofMount(mount, host)),
    ...host.at('Tmpfs').entries.map(([path, options]) => ofTmpfs(path, options.text)),
    ofNetworks(container),
    { ...nothing, needed: devices },
  ];
  return {
    options: all.flatMap(({ options }) => options),
    data: all.flatMap(({ data }) => data),
    needed: all.flatMap(({ needed }) => needed),
    others: all.flatMap(({ others }) => others),
  };
}

/** What every machine has of its own, and no data of the service. */
const ofTheSystem =
  /^\/(?:dev|proc|sys|run|var\/run)(?:\/|$)|^\/etc\/(?:localtime|timezone|hostname|hosts|resolv\.conf)$/;

function ofMount(mount: Part, host: Part): Surroundings {
  const type = mount.at('Type').text;
  const inside = mount.at('Destination').text;
  if (type === 'tmpfs')
    return host.at('Tmpfs').entries.some(([path]) => path === inside) ? nothing : ofTmpfs(inside, '');
  const outside = type === 'volume' ? mount.at('Name').text : type === 'bind' ? mount.at('Source').text : '';
  // Docker cuts the value at colons.
  if (outside === '' || `${outside}${inside}`.includes(':'))
    return { ...nothing, others: [`what is mounted at ${inside}`] };
  const isReadOnly = mount.at('RW').is(false);
  const options = [{ name: '-v', value: [outside, inside, mountMode(mount)].filter((part) => part !== '').join(':') }];
  if (type === 'bind' && ofTheSystem.test(outside)) return { ...nothing, options };
  const what = type === 'volume' ? `the volume ${outside}` : outside;
  const others =
    /^[\da-f]{64}$/.test(outside) && host.at('AutoRemove').is(true)
      ? [`the volume at ${inside} (by --rm it goes when the container is stopped)`]
      : [];
  return { ...nothing, options, others, ...(isReadOnly ? { needed: [what] } : { data: [what] }) };
}

/** Of one that was given by `--mount`: what `-v` has no words for. */
function lostOptions(mount: Part): readonly string[] {
  const options = ['BindOptions', 'VolumeOptions', 'TmpfsOptions'].flatMap((key) => mount.at(key).entries);
  const isLost = options.some(([key, value]) => key !== 'Propagation' && key !== 'CreateMountpoint' && !value.isEmpty);
  return isLost ? [`the options of what is mounted at ${mount.at('Target').text}`] : [];
}

/** The third part of `-v`, without what docker has by itself. */
function mountMode(mount: Part): string {
  const isVolume = mount.at('Type').is('volume');
  const propagation = mount.at('Propagation').text;
  const words = mount
    .at('Mode')
    .text.split(',')
    .filter((word) => /^(?:nocopy|[zZ])$/.test(word) && !(isVolume && word === 'z'));
  return [
    ...(mount.at('RW').is(false) ? ['ro'] : []),
    ...(propagation === '' || propagation === 'rprivate' ? [] : [propagation]),
    ...words,
  ].join(',');
}

function ofTmpfs(path: string, options: string): Surroundings {
  return { ...nothing, options: [{ name: '--tmpfs', value: options === '' ? path : `${path}:${options}` }] };
}

function ofNetworks(container: Part): Surroundings {
  const mode = container.at('HostConfig').at('NetworkMode').text;
  const joined = container.at('NetworkSettings').at('Networks');
  const names = joined.entries.map(([name]) => name);
  if (mode.startsWith('container:')) return { ...nothing, others: ['the network of another container'] };
  if (mode === 'host' || mode === 'none') return { ...nothing, options: [{ name: '--network', value: mode }] };
  const isDefault = mode === '' || mode === 'default' || mode === 'bridge';
  const name = isDefault ? 'bridge' : names.includes(mode) ? mode : (names[0] ?? mode);
  const others = names.filter((one) => one !== name).map((one) => `the network ${one}`);
  if (isDefault) return { ...nothing, others };
  const options = [{ name: '--network', value: name }, ...endpointOptions(joined.at(name), container)];
  return { ...nothing, options, needed: [`the network ${name}`], others };
}

/** How the container is known in a network of its own, and its fixed addresses. */
function endpointOptions(endpoint: Part, container: Part): readonly DockerOption[] {
  const own = container.at('Name').text.replace(/^\//, '');
  const aliases = endpoint.at('Aliases').texts.filter((one) => one !== own && !container.at('Id').text.startsWith(one));
  const fixed = endpoint.at('IPAMConfig');
  return [
    ...aliases.map((value) => ({ name: '--network-alias', value })),
    ...[['IPv4Address', '--ip'] as const, ['IPv6Address', '--ip6'] as const].flatMap(([key, name]) =>
      fixed.at(key).text === '' ? [] : [{ name, value: fixed.at(key).text }],
    ),
  ];
}

// What is asked in a proof: the service at its virtual address, as the cluster's configuration has it.
import { agentOf, type ClusterConfiguration, type ClusterStatus, sameAddress } from '@sleepi3/pcs';
import { addressAgents, containerAgents } from '../cluster/design.js';
import { urlAt } from '../cluster/service-url.js';
import { readPublishedPort } from '../config/published-ports.js';
import { readRunOptions } from '../config/run-options.js';

export interface Service {
  /** The resource that holds the address; undefined where none can be told. */
  readonly vip: string | undefined;
  /** Undefined where it cannot be told: it has to be given. */
  readonly url: string | undefined;
}

/** @param url What the person said is to be asked. */
export function serviceOf(configuration: ClusterConfiguration, url?: string): Service {
  const vips = configuration.primitives
    .filter((one) => Object.values<string | undefined>(addressAgents).includes(agentOf(one)))
    .map(({ id }) => ({ id, address: configuration.optionsOf(id).get('ip') ?? '' }));
  if (url !== undefined) {
    const asked = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
    return { vip: vips.find(({ address }) => sameAddress(address, asked))?.id ?? only(vips)?.id, url };
  }
  const vip = only(vips);
  return { vip: vip?.id, url: vip && urlAt(vip.address, publishedPorts(configuration)) };
}

/** The nodes that a resource is started on. */
export function placesOf(status: ClusterStatus, resource: string | undefined): readonly string[] {
  return resource === undefined ? [] : (status.resource(resource)?.startedOn ?? []);
}

/** The ports of the containers, in the order of the configuration. */
function publishedPorts(configuration: ClusterConfiguration) {
  return configuration.primitives
    .filter((one) => Object.values<string | undefined>(containerAgents).includes(agentOf(one)))
    .flatMap(({ id }) => readRunOptions(configuration.optionsOf(id).get('run_opts') ?? '').options)
    .flatMap(({ name, value = '' }) => (name === '--publish' ? (readPublishedPort(value) ?? []) : []));
}

function only<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined;
}

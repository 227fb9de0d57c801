// pcs resource bundle: a container image as a resource.
import type { CibCommand } from '../../command/command.js';
import { cibChange, type Change, flags, type Force, type Wait } from '../../command/change.js';
import { choice, changes, id, invalid, type OptionChanges, type Options, pairs, section } from '../../command/words.js';

/** What a bundle is made of. */
export interface BundleParts extends Wait, Force {
  readonly network?: Options;
  readonly portMap?: readonly Options[];
  readonly storageMap?: readonly Options[];
  readonly meta?: Options;
  readonly disabled?: boolean;
}

/** `pcs resource bundle create`: `rkt` ended with Pacemaker 3. */
export const bundleCreate = (
  bundle: string,
  container: { readonly type: 'docker' | 'podman' | 'rkt' } & Options,
  parts: BundleParts = {},
): CibCommand<Change> => {
  const { type, ...options } = container;
  return cibChange(
    [
      ...['resource', 'bundle', 'create', id(bundle)],
      ...['container', choice(type, ['docker', 'podman', 'rkt'], 'container type'), ...pairs(options)],
      ...partWords(parts),
    ],
    details(parts),
  );
};

/** `pcs resource bundle reset`: what is not named goes back to the default. */
export const bundleReset = (bundle: string, container: Options = {}, parts: BundleParts = {}): CibCommand<Change> =>
  cibChange(
    ['resource', 'bundle', 'reset', id(bundle), ...section('container', pairs(container)), ...partWords(parts)],
    details(parts),
  );

/** What `bundle update` changes; null removes an option. */
export interface BundleChanges extends Wait, Force {
  readonly container?: OptionChanges;
  readonly network?: OptionChanges;
  readonly portMap?: { readonly add?: readonly Options[]; readonly delete?: readonly string[] };
  readonly storageMap?: { readonly add?: readonly Options[]; readonly delete?: readonly string[] };
  readonly meta?: OptionChanges;
}

/** `pcs resource bundle update`: what is not named is kept. */
export const bundleUpdate = (bundle: string, parts: BundleChanges): CibCommand<Change> => {
  const { container, network, portMap, storageMap, meta, ...waitAndForce } = parts;
  const words = [
    ...section('container', changes(container)),
    ...section('network', changes(network)),
    ...mapChanges('port-map', portMap),
    ...mapChanges('storage-map', storageMap),
    ...section('meta', changes(meta)),
  ];
  if (words.length === 0) invalid('name at least one part of the bundle to change');
  return cibChange(['resource', 'bundle', 'update', id(bundle), ...words], waitAndForce);
};

function partWords({ network, portMap = [], storageMap = [], meta }: BundleParts): string[] {
  return [
    ...section('network', pairs(network)),
    ...portMap.flatMap((one) => section('port-map', pairs(one))),
    ...storageMap.flatMap((one) => section('storage-map', pairs(one))),
    ...section('meta', pairs(meta)),
  ];
}

function mapChanges(keyword: string, map: BundleChanges['portMap']): string[] {
  return [
    ...(map?.add ?? []).flatMap((one) => [keyword, 'add', ...pairs(one)]),
    ...section(
      keyword,
      section(
        'delete',
        (map?.delete ?? []).map((one) => id(one)),
      ),
    ),
  ];
}

function details({ disabled, wait, force }: BundleParts) {
  return {
    options: flags({ '--disabled': disabled }),
    wait,
    force,
  };
}

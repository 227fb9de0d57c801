// The fence devices of a configuration, and in which steps they fence a node.
import type { ClusterConfiguration } from '../cib/cluster-configuration.js';
import {
  canFence,
  delayOf,
  type DeviceOptions,
  type DeviceTargets,
  type FencingDelay,
  levelsFor,
  plugOf,
  targetsOf,
  timeoutOf,
} from './fencing.js';
import { parseRole } from './roles.js';
import { isTrue } from './values.js';

/** A fence device, its template applied. */
export interface FenceDevice {
  readonly id: string;
  /** The fence agent: `fence_sleepi3`, `external/ssh`; undefined when its template is not there. */
  readonly type: string | undefined;
  readonly options: DeviceOptions;
  readonly targets: DeviceTargets;
  /** Its target-role is Stopped: pacemaker-fenced does not know it. */
  readonly disabled: boolean;
}

/** A fence device as it would act on one node. */
export interface DeviceForNode extends FenceDevice {
  /** What the device calls the node. */
  readonly plug: string;
  /** False when the agent has to be asked whether the device is for the node (`list` or `status`). */
  readonly certain: boolean;
  readonly delay: FencingDelay;
}

/** A device and the members that can have it act. */
export interface PlacedDevice extends DeviceForNode {
  /** None when it may run nowhere but on the node it is to fence. */
  readonly from: readonly string[];
}

/** One step in fencing a node: the devices of a level, or one device, all of which must succeed. */
export interface FencingStep {
  /** The level's index; undefined when the topology does not know the node, and each device is a step. */
  readonly level: number | undefined;
  readonly devices: readonly PlacedDevice[];
  /** Devices of the level that are not there, or not for this node. */
  readonly missing: readonly string[];
  /** By the node's own watchdog (SBD), which takes `stonith-watchdog-timeout`. */
  readonly watchdog: boolean;
  /** False when it cannot succeed: a device is missing, disabled, or may act from nowhere. */
  readonly usable: boolean;
}

/** All fence devices. */
export function fenceDevicesIn(configuration: ClusterConfiguration): readonly FenceDevice[] {
  return configuration.stonithDevices.map(({ id, type }) => {
    const options = configuration.optionsOf(id);
    const role = configuration.metaOf(id).get('target-role');
    return {
      id,
      type,
      options,
      targets: targetsOf(options),
      disabled: role !== undefined && parseRole(role) === 'Stopped',
    };
  });
}

/** The fence devices that are for a node, or may be when their agent is asked. */
export function fenceDevicesFor(configuration: ClusterConfiguration, node: string): readonly DeviceForNode[] {
  return fenceDevicesIn(configuration).flatMap((device) => {
    const can = canFence(device.targets, node);
    if (can === false) return [];
    return [
      {
        ...device,
        plug: plugOf(device.targets, node),
        certain: can === true,
        delay: delayOf(device.options, node),
      },
    ];
  });
}

/** The time limit of a device for an action, in milliseconds: its own, else the cluster's; see {@link timeoutOf}. */
export function fencingTimeout(configuration: ClusterConfiguration, device: FenceDevice, action: string): number {
  return (
    timeoutOf(device.options, action, configuration.header.crmFeatureSet) ??
    configuration.effectiveProperty('stonith-timeout').value ??
    60_000
  );
}

/** The steps in which `devices`, those for the node, fence it. */
export function stepsFor(
  configuration: ClusterConfiguration,
  node: string,
  devices: readonly PlacedDevice[],
): readonly FencingStep[] {
  const levels = levelsFor(configuration.fencingLevels, node, (name, attribute) =>
    configuration.nodeAttribute(name, attribute),
  );
  const step = (level: number | undefined, ids: readonly string[]): FencingStep => {
    const found = ids.flatMap((id) => devices.find((device) => device.id === id) ?? []);
    const missing = ids.filter((id) => !found.some((device) => device.id === id));
    const usable = missing.length === 0 && found.every(({ disabled, from }) => !disabled && from.length > 0);
    return { level, devices: found, missing, watchdog: false, usable };
  };
  const steps =
    levels.length > 0
      ? levels.map(({ index, devices: ids }) => step(index, ids))
      : devices.map(({ id }) => step(undefined, [id]));
  return hasWatchdog(configuration)
    ? [...steps, { level: undefined, devices: [], missing: [], watchdog: true, usable: true }]
    : steps;
}

/** Whether nodes are assumed to fence themselves by SBD. */
function hasWatchdog(configuration: ClusterConfiguration): boolean {
  const timeout = configuration.effectiveProperty('stonith-watchdog-timeout').value ?? 0;
  return timeout !== 0 && isTrue(configuration.property('have-watchdog'));
}

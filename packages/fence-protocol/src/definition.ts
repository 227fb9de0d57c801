// What the author of an agent writes, and what the rest of the package reads.
import { type ActionName, actionNames, type PowerAction } from './actions.js';
import type { Clock } from './host/clock.js';
import { FenceError } from './errors.js';
import type { Log } from './host/log.js';
import { LONGEST_SECONDS, type Option } from './options/options.js';
import { parseValue } from './options/parse-value.js';
import {
  automaticOptions,
  companions,
  type OptionPick,
  type OptionValues,
  type Picks,
  type StandardChanges,
  type StandardName,
  standardOptions,
  type StandardPick,
} from './options/standard-options.js';

/** A plug's power. */
export type PowerStatus = 'on' | 'off';

/** What a device says of a plug. `missing`: it has no such plug; that is OFF with missing_as_off, else a failure. */
export type PlugStatus = PowerStatus | 'missing';

/** One machine the device can act on. */
export interface Outlet {
  readonly id: string;
  /** Another name for it. */
  readonly alias?: string;
  /** For a device that tells all at once; without it `list-status` asks `powerStatus` for each. */
  readonly status?: PowerStatus;
}

/**
 * The target in the words of the request, for agents that compare them. Pacemaker says the node's name as `nodename`,
 * and again as `port` or `plug`, there translated by pcmk_host_map. All three are taken, declared as options or not.
 */
export interface RequestedTarget {
  readonly nodename?: string;
  readonly plug?: string;
  readonly port?: string;
}

/** What an agent's functions get. */
export interface ActionContext<O = unknown> {
  /** What is to be done now. */
  readonly action: ActionName;
  /** What the request asked for; it differs from `action` in the two phases of a reboot. */
  readonly request: ActionName;
  /** The checked options, typed by the definition. A timeout without limit is Infinity. */
  readonly options: OptionValues<O>;
  /** The plugs to act on, none on a device without plugs. */
  readonly plugs: readonly string[];
  readonly target: RequestedTarget;
  readonly log: Log;
  readonly clock: Clock;
  /** Aborts when the host wants the process to end, and when the result of this call is no longer waited for. */
  readonly signal: AbortSignal;
}

/** What functions get that are about one plug. */
export interface PlugContext<O = unknown> extends ActionContext<O> {
  /** The plug; undefined on a device without plugs. */
  readonly plug: PlugOf<O>;
  /** The plug in the canonical form of a UUID, when it is one. */
  readonly uuid: string | undefined;
}

/** What `setPower` gets. */
export interface PowerContext<O = unknown> extends PlugContext<O> {
  /** The state to reach. */
  readonly action: PowerStatus;
}

type PlugOf<O> = 'plug' extends keyof O
  ? O extends { readonly plug: StandardPick<{ readonly required: false }> }
    ? string | undefined
    : string
  : undefined;

/** Who the agent is and what it cannot do. */
export interface Description {
  /** The program's name, `fence_…`. */
  readonly name: string;
  readonly shortDescription: string;
  readonly longDescription: string;
  readonly vendorUrl: string;
  /** What --version prints; default 0.0.0. */
  readonly version?: string;
  /** Other names the program is installed under, for the metadata. */
  readonly symlinks?: readonly { readonly name: string; readonly shortDescription: string }[];
  /** More sections for --help, such as sub-commands of the program. */
  readonly helpSections?: readonly { readonly title: string; readonly lines: readonly string[] }[];
  /** The device cuts a node from storage or network, not from power: no reboot, and a node is unfenced by `on`. */
  readonly fabric?: boolean;
  /** A node that joins the cluster is to be unfenced by `on`; default only on a fabric device. */
  readonly automatic?: boolean;
  /** The device cannot power on, and `on` is not offered. */
  readonly noOn?: boolean;
  /** The device cannot be told to power off, and `off` is not offered. */
  readonly noOff?: boolean;
  /** `reboot` is not offered. */
  readonly noReboot?: boolean;
  /** `on` has to run on the machine it is for (unfencing). */
  readonly onTarget?: boolean;
  /** `on` acts even when the power is on already. */
  readonly forceOn?: boolean;
}

/** What a device can do; all of it is asynchronous. To return from a function that promises nothing is to succeed; to throw is to fail. */
export interface DeviceFunctions<O = unknown> {
  /** The power of a plug. Without it there is no `status`, and the engine never says "Already". */
  powerStatus?(context: PlugContext<O>): Promise<PlugStatus>;
  /** Tells the device to power one plug on or off; powerStatus is then asked until it has happened. */
  setPower?(context: PowerContext<O>): Promise<void>;
  /** Powers one plug on or off and returns when that is certain; false says it failed and may be tried again. */
  setPowerSync?(context: PowerContext<O>): Promise<boolean | undefined>;
  /** Lets the device itself power-cycle one plug; false says it failed and may be tried again. For method=cycle. */
  rebootCycle?(context: PlugContext<O>): Promise<boolean | undefined>;
  /** The machines the device can act on. */
  list?(context: ActionContext<O>): Promise<Iterable<Outlet>>;
  /** Whether the device works; by default list on a device with plugs, else powerStatus. */
  monitor?(context: ActionContext<O>): Promise<void>;
  /** Checks the configuration beyond the options' own checks. The target is a made-up one: do not judge it. */
  validate?(context: ActionContext<O>): Promise<void>;

  // Whole actions that an agent takes into its own hands: the engine still reads and checks the request, waits out the
  // delay, reports and sets the exit status, but asks no power status before and none after.

  /** The whole action `on`. */
  on?(context: ActionContext<O>): Promise<void>;
  /** The whole action `off`: return when the power is off for certain. */
  off?(context: ActionContext<O>): Promise<void>;
  /** The whole action `reboot`. Once the power was off it is a success, even if the machine does not come back. */
  reboot?(context: ActionContext<O>): Promise<void>;
}

type May<O, Name extends keyof DeviceFunctions> = Pick<DeviceFunctions<O>, Name>;
type Must<O, Name extends keyof DeviceFunctions> = Required<May<O, Name>>;
type Never<Name extends keyof DeviceFunctions> = Readonly<Partial<Record<Name, undefined>>>;

/** Some way to switch the power: told and watched, by a call that returns when it is certain, or as a whole action. */
type SwitchesPower<O> =
  | (Must<O, 'setPower' | 'powerStatus'> & May<O, 'off'> & Never<'setPowerSync'>)
  | (Must<O, 'setPowerSync'> & May<O, 'off' | 'powerStatus'> & Never<'setPower'>)
  | (Must<O, 'off'> & May<O, 'powerStatus'> & Never<'setPower' | 'setPowerSync'>);

/** Devices with plugs list them or have a monitor of their own; devices without have nothing to list. */
type ListsPlugs<O> = 'plug' extends keyof O
  ? (Must<O, 'list'> & May<O, 'monitor'>) | (Must<O, 'monitor'> & Never<'list'>)
  : May<O, 'monitor'> & Never<'list'>;

/** A power cycle done by the device itself goes with the option `method`. */
type CyclesPower<O> = 'method' extends keyof O ? Must<O, 'rebootCycle'> : Never<'rebootCycle'>;

/** Everything about an agent. An illegal combination does not compile. */
export type FenceAgentDefinition<O> = Description & { readonly options: O & Picks<O> } & SwitchesPower<O> &
  ListsPlugs<O> &
  CyclesPower<O> &
  May<O, 'on' | 'reboot' | 'validate'>;

/** An option under its name, with everything filled in. */
export interface AgentOption extends Option {
  readonly name: string;
  readonly long: string;
  readonly order: number;
}

/** A checked definition, ready for `runFenceAgent`. */
export interface FenceAgent extends Description {
  readonly options: ReadonlyMap<string, AgentOption>;
  /** What it can be asked, in the metadata's order. */
  readonly actions: readonly ActionName[];
  readonly device: DeviceFunctions;
}

/**
 * Checks a definition and fills in what comes along with it.
 *
 * @throws FenceError `DEFINITION` when the definition is illegal in a way that the compiler cannot see.
 */
export function defineFenceAgent<const O extends Readonly<Record<string, OptionPick>>>(
  definition: FenceAgentDefinition<O>,
): FenceAgent {
  const { options: picks, ...rest } = definition as unknown as Description &
    DeviceFunctions & { readonly options: Readonly<Record<string, OptionPick>> };
  const problem = checkDescription(rest) ?? checkFunctions(rest, picks);
  if (problem !== undefined) throw illegal(rest.name, problem);
  const options = resolveOptions(rest.name, picks, rest.list !== undefined);
  return { ...rest, options, actions: availableActions(rest), device: rest };
}

function availableActions(agent: Description & DeviceFunctions): ActionName[] {
  const missing: Partial<Record<ActionName, boolean | undefined>> = {
    on: agent.noOn,
    off: agent.noOff,
    reboot: agent.fabric === true || agent.noReboot === true,
    status: agent.powerStatus === undefined,
    list: agent.list === undefined,
    'list-status': agent.list === undefined,
  };
  return actionNames.filter((action) => missing[action] !== true);
}

function checkDescription(agent: Description): string | undefined {
  if (!/^fence_[A-Za-z0-9_.-]+$/.test(agent.name)) {
    return `the name must begin with fence_, or Pacemaker does not find it, and may have letters, digits, _ . and - only`;
  }
  if (/[\r\n]/.test(agent.shortDescription)) return 'the shortDescription must be one line';
  return undefined;
}

function checkFunctions(
  agent: Description & DeviceFunctions,
  picks: Readonly<Record<string, OptionPick>>,
): string | undefined {
  const withPlugs = 'plug' in picks;
  if (agent.setPower !== undefined && agent.setPowerSync !== undefined)
    return 'setPower and setPowerSync exclude each other';
  if (agent.setPower !== undefined && agent.powerStatus === undefined)
    return 'setPower needs powerStatus to see its effect';
  if (withPlugs && agent.list === undefined && agent.monitor === undefined) {
    return 'a device with plugs is monitored by listing them: give it list, or a monitor of its own';
  }
  if (!withPlugs && agent.list !== undefined) return 'list needs the option plug';
  if ('method' in picks !== (agent.rebootCycle !== undefined))
    return 'rebootCycle and the option method need each other';
  if ('missing_as_off' in picks && !withPlugs) return 'missing_as_off needs the option plug';
  const can = (action: PowerAction) =>
    agent[action] !== undefined || agent.setPower !== undefined || agent.setPowerSync !== undefined;
  if (agent.noOff !== true && !can('off')) return 'nothing can power off: give it setPower, setPowerSync or off';
  if (agent.noOn !== true && !can('on'))
    return 'nothing can power on: give it setPower, setPowerSync or on, or say noOn';
  const reboots = agent.reboot !== undefined || (can('on') && can('off'));
  if (agent.fabric !== true && agent.noReboot !== true && !reboots) {
    return 'nothing can reboot: give it setPower, setPowerSync, reboot, or on and off, or say noReboot';
  }
  return undefined;
}

/** Fills in the options: the picked ones, what comes along with them, and what every agent has. */
function resolveOptions(
  agent: string,
  picks: Readonly<Record<string, OptionPick>>,
  lists: boolean,
): ReadonlyMap<string, AgentOption> {
  const names = new Set<string>([...Object.keys(picks), ...automaticOptions]);
  for (const [name, companion] of Object.entries(companions)) if (names.has(name)) names.add(companion);
  if (lists) names.add('separator');
  const plugIsAddress = names.has('ip') && !names.has('plug');
  if (plugIsAddress) names.add('port_as_ip').add('plug');

  const options = new Map<string, AgentOption>();
  for (const name of names) {
    const pick = picks[name];
    const option = resolveOption(agent, name, pick);
    // A device with plugs needs one to act on, unless the definition says it can do without.
    const required =
      name === 'plug'
        ? !plugIsAddress && changesOf(pick).required !== false
        : name === 'ip' && plugIsAddress
          ? false
          : option.required;
    options.set(name, {
      ...option,
      required: required ?? false,
      name,
      long: option.long ?? name.replaceAll('_', '-'),
      order: option.order ?? 1,
    });
  }
  checkForms(agent, options);
  for (const option of options.values()) checkOption(agent, option);
  return options;
}

function resolveOption(agent: string, name: string, pick: OptionPick | undefined): Option {
  const isStandard = Object.hasOwn(standardOptions, name);
  if (pick === undefined || typeof pick === 'function' || 'standard' in pick) {
    if (!isStandard) throw illegal(agent, `unknown standard option ${name}: declare it by string(), integer() …`);
    const changes = changesOf(pick);
    const { default: changed, ...others } = changes;
    return {
      ...standardOptions[name as StandardName],
      ...others,
      ...(changed === undefined ? {} : { default: String(changed) }),
    };
  }
  if (isStandard) throw illegal(agent, `${name} is a standard option: pick it by standard or standard({ … })`);
  if (name === 'option' || name === 'port') throw illegal(agent, `${name} is an old name of a standard option`);
  return pick;
}

function changesOf(pick: OptionPick | undefined): StandardChanges {
  return typeof pick === 'object' && 'standard' in pick ? pick.standard : {};
}

/** No two options may go by the same name, long or short form. */
function checkForms(agent: string, options: ReadonlyMap<string, AgentOption>): void {
  const owners = new Map<string, string>();
  for (const { name, long, short, oldName } of options.values()) {
    const forms = new Set([name, long.replaceAll('-', '_'), ...(oldName === undefined ? [] : [oldName])]);
    if (short !== undefined) forms.add(`-${short}`);
    for (const form of forms) {
      const owner = owners.get(form);
      if (owner !== undefined) throw illegal(agent, `${owner} and ${name} both go by ${form}`);
      owners.set(form, name);
    }
  }
}

function checkOption(agent: string, option: AgentOption): void {
  const { name, long, short, kind, min = 0, max = Number.MAX_SAFE_INTEGER, choices } = option;
  const refuse = (why: string) => illegal(agent, `option ${name}: ${why}`);
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw refuse('a name has lower-case letters, digits and _ only');
  if (!/^[a-zA-Z][a-zA-Z0-9_.-]*$/.test(long)) throw refuse('a long form has letters, digits, - _ and . only');
  if (short !== undefined && !/^[A-Za-z0-9]$/.test(short)) throw refuse('a short form is one letter or digit');
  if (kind === 'integer' || kind === 'second') {
    if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || min > max)
      throw refuse('min and max must be whole numbers, in this order');
    if (kind === 'second' && (min < 0 || max > LONGEST_SECONDS))
      throw refuse(`seconds go from 0 to ${LONGEST_SECONDS}`);
  }
  if (kind === 'select' && (choices === undefined || choices.length === 0)) throw refuse('a choice needs choices');
  if (choices !== undefined && new Set(choices.map((one) => one.toUpperCase())).size !== choices.length) {
    throw refuse('two choices differ in case only');
  }
  if (option.default !== undefined) {
    const parsed = parseValue(option, option.default);
    if ('problem' in parsed) throw refuse(`the default ${parsed.problem}`);
  }
}

function illegal(agent: string, why: string): FenceError {
  return new FenceError('DEFINITION', `Illegal definition of ${agent}: ${why}`);
}

import type { Clock } from '../host/clock.js';
import type { Outlet, PlugStatus, PowerStatus } from '../definition.js';
import { FenceError } from '../errors.js';

/** What may go wrong in a device. The first fault that fits a call takes effect, `times` times (for ever if absent). */
export interface DeviceFault {
  readonly call: 'powerStatus' | 'setPower' | 'list';
  /** Only for this plug. */
  readonly plug?: string;
  /** Only when this state is to be set. */
  readonly state?: PowerStatus;
  /** `throw`: the call fails. `hang`: it never returns. `ignore`: setPower returns and changes nothing. */
  readonly kind: 'throw' | 'hang' | 'ignore';
  readonly times?: number;
  /** How many fitting calls pass before it begins; default 0. */
  readonly after?: number;
}

/** One call the device got. `at` is the clock's time in seconds. */
export interface DeviceCall {
  readonly call: DeviceFault['call'];
  readonly plug?: string;
  readonly state?: PowerStatus;
  readonly at: number;
}

/** The part of an agent's context that the device looks at. */
interface DeviceContext {
  readonly clock: Clock;
  readonly plug?: string | undefined;
}

/** What {@link ScriptedDevice} is made of. */
export interface DeviceScript {
  /** The plugs and their power; on a device without plugs one named `''`. */
  readonly plugs?: Readonly<Record<string, PowerStatus>>;
  /** Names for plugs, shown by list. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Seconds until the power follows; default 0. */
  readonly secondsToChange?: number;
  readonly faults?: readonly DeviceFault[];
}

/**
 * A power switch in memory. Its functions have the names of an agent's: `defineFenceAgent({ …, ...device.functions })`.
 */
export class ScriptedDevice {
  /** Every call so far. */
  readonly calls: DeviceCall[] = [];
  /** The functions of a device that is told and watched. */
  readonly functions = {
    /** The power of the plug, `missing` when there is none. */
    powerStatus: (context: DeviceContext): Promise<PlugStatus> => this.#powerStatus(context),
    /** Tells the plug; its power follows after `secondsToChange`. */
    setPower: (context: DeviceContext & { readonly action: PowerStatus }): Promise<void> => this.#setPower(context),
  };
  /** `list` as well, for a device with plugs. */
  readonly functionsWithPlugs = {
    /** The power of the plug, `missing` when there is none. */
    powerStatus: this.functions.powerStatus,
    /** Tells the plug; its power follows after `secondsToChange`. */
    setPower: this.functions.setPower,
    /** All plugs with their power. */
    list: (context: DeviceContext): Promise<Outlet[]> => this.#list(context.clock),
  };
  readonly #plugs: Map<string, { from: PowerStatus; to: PowerStatus; at: number }>;
  readonly #aliases: Readonly<Record<string, string>>;
  readonly #secondsToChange: number;
  readonly #faults: { readonly fault: DeviceFault; passing: number; left: number }[];

  constructor(script: DeviceScript = {}) {
    const { plugs = { '': 'on' }, aliases = {}, secondsToChange = 0, faults = [] } = script;
    this.#plugs = new Map(Object.entries(plugs).map(([plug, state]) => [plug, { from: state, to: state, at: 0 }]));
    this.#aliases = aliases;
    this.#secondsToChange = secondsToChange;
    this.#faults = faults.map((fault) => ({
      fault,
      passing: fault.after ?? 0,
      left: fault.times ?? Number.POSITIVE_INFINITY,
    }));
  }

  /** The state every plug was last set to. */
  get power(): Readonly<Record<string, PowerStatus>> {
    return Object.fromEntries([...this.#plugs].map(([plug, { to }]) => [plug, to]));
  }

  /** The calls that tell the power, as `off 1`. */
  get told(): string[] {
    return this.calls.flatMap(({ call, plug, state }) => (call === 'setPower' ? [`${state} ${plug}`.trim()] : []));
  }

  async #powerStatus({ plug, clock }: DeviceContext): Promise<PlugStatus> {
    await this.#meet({ call: 'powerStatus', plug: plug ?? '', at: clock.now() / 1000 });
    const power = this.#plugs.get(plug ?? '');
    if (power === undefined) return 'missing';
    return clock.now() >= power.at ? power.to : power.from;
  }

  async #setPower({
    plug = '',
    action: state,
    clock,
  }: DeviceContext & { readonly action: PowerStatus }): Promise<void> {
    if (await this.#meet({ call: 'setPower', plug, state, at: clock.now() / 1000 })) return;
    const power = this.#plugs.get(plug);
    if (power === undefined) throw new FenceError('DEVICE', `Failed: no plug "${plug}"`, { plug });
    power.from = clock.now() >= power.at ? power.to : power.from;
    power.to = state;
    power.at = clock.now() + this.#secondsToChange * 1000;
  }

  async #list(clock: Clock): Promise<Outlet[]> {
    await this.#meet({ call: 'list', at: clock.now() / 1000 });
    return [...this.#plugs].map(([id, { from, to, at }]) => ({
      id,
      alias: this.#aliases[id] ?? '',
      status: clock.now() >= at ? to : from,
    }));
  }

  /** Notes the call and lets a fault happen; true when the call is to be ignored. */
  async #meet(call: DeviceCall): Promise<boolean> {
    this.calls.push(call);
    const met = this.#faults.find(
      ({ fault, left }) =>
        left > 0 &&
        fault.call === call.call &&
        (fault.plug === undefined || fault.plug === call.plug) &&
        (fault.state === undefined || fault.state === call.state),
    );
    if (met === undefined || met.passing-- > 0) return false;
    met.left--;
    if (met.fault.kind === 'throw') throw new FenceError('DEVICE', `Failed: ${call.call} failed`);
    if (met.fault.kind === 'hang') await new Promise<never>(() => undefined);
    return true;
  }
}

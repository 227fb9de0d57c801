// How an action is carried out on the device: what is asked first, what is told, how long is waited, what is reported.
import { type ActionName, isPowerAction } from './actions.js';
import type { CheckedRequest } from './request/check.js';
import type { Clock } from './host/clock.js';
import type {
  ActionContext,
  DeviceFunctions,
  FenceAgent,
  Outlet,
  PlugContext,
  PlugStatus,
  PowerStatus,
} from './definition.js';
import { FenceError, messageOf } from './errors.js';
import type { Log } from './host/log.js';
import { canonicalUuid } from './host/uuid.js';

/** What goes to stdout, and the exit status. */
export interface Answer {
  readonly lines: readonly string[];
  readonly exitStatus: 0 | 2;
}

/** What the engine needs of the world. */
export interface EngineWorld {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** The clock's time when the process began: the delay counts from there. */
  readonly startedAt: number;
}

/** Carries out a checked request. Throws what the device throws, and a FenceError when the device does not obey. */
export async function carryOut(agent: FenceAgent, request: CheckedRequest, world: EngineWorld): Promise<Answer> {
  const engine = new Engine(agent, request, world);
  const { action } = request;
  if (isPowerAction(action)) {
    if (action !== 'on') await engine.delay();
    return { lines: [await engine[action]()], exitStatus: 0 };
  }
  switch (action) {
    case 'status': {
      const status = await engine.status();
      return { lines: [`Status: ${status.toUpperCase()}`], exitStatus: status === 'on' ? 0 : 2 };
    }
    case 'list':
    case 'list-status':
      return { lines: await engine.list(action), exitStatus: 0 };
    case 'monitor':
      await engine.monitor();
      break;
    case 'validate-all':
      await engine.validate();
      break;
    case 'metadata':
    case 'manpage':
      // Answered from the definition, without a device.
      break;
  }
  return { lines: [], exitStatus: 0 };
}

class Engine {
  readonly #agent: FenceAgent;
  readonly #device: DeviceFunctions;
  readonly #request: CheckedRequest;
  readonly #world: EngineWorld;

  constructor(agent: FenceAgent, request: CheckedRequest, world: EngineWorld) {
    this.#agent = agent;
    this.#device = agent.device;
    this.#request = request;
    this.#world = world;
  }

  /** Two nodes that fence each other must not do so in the same moment: `delay` seconds from the start of the process. */
  async delay(): Promise<void> {
    const { clock, log, signal, startedAt } = this.#world;
    const left = startedAt + this.#seconds('delay') - clock.now();
    if (this.#seconds('delay') === 0 || left <= 0) return;
    log.info(`Waiting ${Math.ceil(left / 1000)} s before the action`);
    await clock.sleep(left, signal);
  }

  async on(): Promise<string> {
    if (this.#device.on === undefined && (await this.#isAlready('on')) && this.#agent.forceOn !== true) {
      return 'Success: Already ON';
    }
    await this.#power('on', 1 + this.#number('retry_on'));
    return 'Success: Powered ON';
  }

  async off(): Promise<string> {
    if (this.#device.off === undefined && (await this.#isAlready('off'))) return 'Success: Already OFF';
    await this.#power('off', 1);
    return 'Success: Powered OFF';
  }

  async reboot(): Promise<string> {
    if (this.#device.reboot !== undefined) {
      await this.#device.reboot(this.#context('reboot'));
    } else if (this.#request.options['method'] === 'cycle') {
      await this.#cycle();
    } else {
      if (this.#device.off !== undefined || !(await this.#isAlready('off'))) await this.#power('off', 1);
      await this.#powerOnAfterOff();
    }
    return 'Success: Rebooted';
  }

  /** The power of all plugs together: on as long as one is. */
  async status(signal = this.#world.signal): Promise<PowerStatus> {
    let together: PowerStatus = 'off';
    for (const context of this.#plugContexts('status', signal)) {
      if ((await this.#plugStatus(context)) === 'on') together = 'on';
    }
    return together;
  }

  async list(action: 'list' | 'list-status'): Promise<string[]> {
    const separator = String(this.#request.options['separator']);
    const outlets = (await this.#device.list?.(this.#context(action))) ?? [];
    const lines: string[] = [];
    for (const outlet of outlets) {
      const { id, alias = '' } = outlet;
      const line = [id, alias, ...(action === 'list' ? [] : [await this.#listedStatus(outlet)])].join(separator);
      if (/[\r\n\0]/.test(line)) {
        throw new FenceError(
          'DEVICE',
          `Failed: the device lists a name with a line break in it: ${JSON.stringify(id)}`,
        );
      }
      lines.push(line);
    }
    return lines;
  }

  /** What the list says, or else the plug itself. One that cannot be asked does not hide the others. */
  async #listedStatus({ id, status }: Outlet): Promise<string> {
    if (status !== undefined) return status.toUpperCase();
    if (this.#device.powerStatus === undefined) return 'UNKNOWN';
    try {
      const answer = await this.#device.powerStatus(this.#plugContext(this.#context('list-status'), id));
      return answer === 'missing' ? 'UNKNOWN' : answer.toUpperCase();
    } catch (error) {
      this.#world.log.warning(`The status of plug "${id}" is not known: ${messageOf(error)}`);
      return 'UNKNOWN';
    }
  }

  async monitor(): Promise<void> {
    if (this.#device.monitor !== undefined) await this.#device.monitor(this.#context('monitor'));
    else if (this.#device.list !== undefined) await this.#device.list(this.#context('monitor'));
    else if (this.#device.powerStatus !== undefined) await this.status();
  }

  async validate(): Promise<void> {
    await this.#device.validate?.(this.#context('validate-all'));
  }

  /** Whether nothing has to be done. Without a power status there is no telling. */
  async #isAlready(state: PowerStatus): Promise<boolean> {
    return this.#device.powerStatus !== undefined && (await this.status()) === state;
  }

  /** @throws FenceError `WAITING_ON` or `WAITING_OFF` when the device does not get there. */
  async #power(state: PowerStatus, attempts: number): Promise<void> {
    if (this.#device[state] !== undefined) {
      await this.#device[state](this.#context(state));
      return;
    }
    const reached =
      this.#device.setPower === undefined ? await this.#setSync(state, attempts) : await this.#set(state, attempts);
    if (reached) return;
    throw state === 'on'
      ? new FenceError('WAITING_ON', 'Failed: Timed out waiting to power ON')
      : new FenceError('WAITING_OFF', 'Failed: Timed out waiting to power OFF');
  }

  /** Tells the device and watches all plugs together, `attempts` times. */
  async #set(state: PowerStatus, attempts: number): Promise<boolean> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      for (const context of this.#plugContexts(state)) {
        await this.#device.setPower?.({ ...context, action: state });
        await this.#sleep('power_wait');
      }
      if (await this.#reaches(state)) return true;
    }
    return false;
  }

  async #setSync(state: PowerStatus, attempts: number): Promise<boolean> {
    let all = true;
    for (const context of this.#plugContexts(state)) {
      const set = () => this.#device.setPowerSync?.({ ...context, action: state });
      if (!(await succeeds(set, attempts))) all = false;
      await this.#sleep('power_wait');
    }
    return all;
  }

  async #cycle(): Promise<void> {
    let all = true;
    for (const context of this.#plugContexts('reboot')) {
      const cycle = () => this.#device.rebootCycle?.(context);
      if (!(await succeeds(cycle, 1 + this.#number('retry_on')))) all = false;
      await this.#sleep('power_wait');
    }
    if (!all) throw new FenceError('REBOOT_CYCLE', 'Failed: The device did not complete the power cycle');
  }

  /** The node is fenced once it is off: that it does not come back is worth a line, but is not a failure. */
  async #powerOnAfterOff(): Promise<void> {
    try {
      await this.#power('on', Math.max(1, this.#number('retry_on')));
    } catch (error) {
      this.#world.log.error(`Fenced, but not powered on again: ${messageOf(error)}`);
    }
  }

  /** Watches the power until it is `state` or power_timeout has passed: seconds of a monotonic clock, not looks. */
  async #reaches(state: PowerStatus): Promise<boolean> {
    const { clock, signal } = this.#world;
    const deadline = clock.now() + this.#seconds('power_timeout');
    // 0 would ask as fast as the device answers; ten looks a second are enough.
    const pause = Math.max(this.#seconds('stonith_status_sleep'), 100);
    for (;;) {
      const status = await this.#before(deadline, (inTime) => this.status(inTime));
      if (status === state) return true;
      const left = deadline - clock.now();
      if (left <= 0) return false;
      await clock.sleep(Math.min(pause, left), signal);
    }
  }

  /** What `ask` resolves to, or undefined when the deadline comes first: a device that hangs must not hang the agent. */
  async #before<T>(deadline: number, ask: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const { clock, signal } = this.#world;
    if (deadline === Number.POSITIVE_INFINITY) return ask(signal);
    const asking = linkedController(signal);
    const waiting = linkedController(signal);
    try {
      const late = clock.sleep(Math.max(0, deadline - clock.now()), waiting.signal).then(() => undefined);
      return await Promise.race([ask(asking.signal), late]);
    } finally {
      waiting.abort(new FenceError('STATUS', 'no longer waiting'));
      asking.abort(new FenceError('STATUS', 'the answer is no longer waited for'));
    }
  }

  async #plugStatus(context: PlugContext): Promise<PowerStatus> {
    const status: PlugStatus | undefined = await this.#device.powerStatus?.(context);
    if (status === 'on' || status === 'off') return status;
    if (status === 'missing' && this.#request.options['missing_as_off'] === true) return 'off';
    const plug = context.plug as string | undefined;
    const which = plug === undefined ? '' : ` "${plug}"`;
    throw new FenceError('STATUS', `Failed: Unable to obtain correct plug status or plug${which} is not available`, {
      plug,
    });
  }

  #context(action: ActionName, signal = this.#world.signal): ActionContext {
    const { action: request, options, plugs, target } = this.#request;
    const { log, clock } = this.#world;
    return {
      action,
      request,
      options: options as ActionContext['options'],
      plugs,
      target,
      log,
      clock,
      signal,
    };
  }

  /** One context for each plug, or one without a plug on a device that has none. */
  #plugContexts(action: ActionName, signal?: AbortSignal): PlugContext[] {
    const context = this.#context(action, signal);
    const plugs = context.plugs.length === 0 ? [undefined] : context.plugs;
    return plugs.map((plug) => this.#plugContext(context, plug));
  }

  #plugContext(context: ActionContext, plug: string | undefined): PlugContext {
    return {
      ...context,
      plug: plug as PlugContext['plug'],
      uuid: plug === undefined ? undefined : canonicalUuid(plug),
    };
  }

  #number(name: string): number {
    return this.#request.options[name] as number;
  }

  /** Milliseconds of an option in seconds. */
  #seconds(name: string): number {
    return this.#number(name) * 1000;
  }

  async #sleep(name: string): Promise<void> {
    if (this.#seconds(name) > 0) await this.#world.clock.sleep(this.#seconds(name), this.#world.signal);
  }
}

/** Tries until a try does not say false. */
async function succeeds(attempt: () => Promise<boolean | undefined> | undefined, attempts: number): Promise<boolean> {
  for (let tried = 0; tried < attempts; tried++) if ((await attempt()) !== false) return true;
  return false;
}

/** A controller that also aborts with `signal`. (AbortSignal.any is younger than Node 18.) */
function linkedController(signal: AbortSignal): AbortController {
  const controller = new AbortController();
  if (signal.aborted) controller.abort(signal.reason);
  else {
    const abort = () => {
      controller.abort(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    controller.signal.addEventListener('abort', () => {
      signal.removeEventListener('abort', abort);
    });
  }
  return controller;
}

// The request against the definition: everything is judged here, before anything moves.
import { type ActionName, findAction, isPowerAction, needsPlug } from '../actions.js';
import type { AgentOption, FenceAgent, RequestedTarget } from '../definition.js';
import { FenceError } from '../errors.js';
import { parseBoolean, parseValue } from '../options/parse-value.js';
import type { Request } from './request.js';

/** A request that may be carried out. */
export interface CheckedRequest {
  readonly action: ActionName;
  readonly options: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly plugs: readonly string[];
  readonly target: RequestedTarget;
}

/** What is answered from the definition alone, whatever else the request says. */
export type Information = 'help' | 'version' | 'metadata' | 'manpage';

/**
 * The information that the request asks for, or undefined when it asks for an action.
 *
 * @throws FenceError `REQUEST` for help or version together with a power action: the exit code 0 of the one would pass
 *   for the success of the other.
 */
export function requestedInformation(
  agent: FenceAgent,
  request: Request,
  onCommandLine: boolean,
): Information | undefined {
  const word = request.values.get('action');
  const action = word === undefined ? undefined : findAction(word, agent.actions, agent.fabric === true);
  for (const flag of ['help', 'version'] as const) {
    if (parseBoolean(request.values.get(flag) ?? '') !== true) continue;
    if (onCommandLine || word === undefined || action === 'metadata' || action === 'manpage') return flag;
    throw refuse([`${flag} and action=${word} cannot both be done`]);
  }
  return (action === 'metadata' || action === 'manpage') && request.problems.length === 0 ? action : undefined;
}

/**
 * Checks the whole request.
 *
 * @param pacemaker - pacemaker-fenced is the caller, which keeps time itself.
 * @throws FenceError `REQUEST` with everything that is wrong in one line.
 */
export function checkRequest(agent: FenceAgent, request: Request, pacemaker: boolean): CheckedRequest {
  const problems = [...request.problems];
  const action = requestedAction(agent, request, problems);
  const options = parseOptions(agent, request, problems);
  if (options['port_as_ip'] === true) options['ip'] ??= options['plug'];
  const plugs = requestedPlugs(agent, options, problems);
  if (action !== undefined) {
    if (isPowerAction(action)) problems.push(...request.doubts);
    for (const option of agent.options.values()) {
      const needed = option.name === 'plug' ? needsPlug(action) : option.name !== 'action';
      if (option.required === true && needed && options[option.name] === undefined) problems.push(missing(option));
    }
  }
  if (agent.options.has('ip') && agent.options.has('port_as_ip') && options['ip'] === undefined) {
    problems.push('the address of the device is missing: give --ip, or --plug with --port-as-ip');
  }
  if (action === undefined || problems.length > 0) throw refuse(problems);

  removeLimits(options, pacemaker);
  return { action, options, plugs, target: request.target };
}

function requestedAction(agent: FenceAgent, request: Request, problems: string[]): ActionName | undefined {
  const word = request.values.get('action');
  if (word === undefined) {
    // fencing.py would reboot. Silence is not an order to power a machine off.
    problems.push(`no action is given: say one of ${agent.actions.join(', ')}`);
    return undefined;
  }
  const action = findAction(word, agent.actions, agent.fabric === true);
  if (action === undefined) problems.push(`unknown action "${word}": the actions are ${agent.actions.join(', ')}`);
  return action;
}

type Options = Record<string, string | number | boolean | undefined>;

function parseOptions(agent: FenceAgent, request: Request, problems: string[]): Options {
  const options: Options = {};
  for (const option of agent.options.values()) {
    const text = request.values.get(option.name) ?? option.default;
    if (text === undefined) {
      options[option.name] = option.kind === 'boolean' && option.written !== true ? false : undefined;
      continue;
    }
    const parsed = parseValue(option, text);
    if (parsed.problem === undefined) options[option.name] = parsed.value;
    else problems.push(`--${option.long} ${parsed.problem}`);
  }
  options['verbose_level'] ??= request.verbose;
  return options;
}

function requestedPlugs(agent: FenceAgent, options: Options, problems: string[]): string[] {
  const { plug, plug_separator: separator } = options;
  if (!agent.options.has('plug') || typeof plug !== 'string') return [];
  if (typeof separator !== 'string' || separator === '') {
    problems.push('--plug-separator must not be empty');
    return [];
  }
  const plugs = plug.split(separator);
  if (plugs.includes('')) problems.push(`"${plug}" has an empty plug in it`);
  return [...new Set(plugs)];
}

/** 0 means no limit. Nor is there any when Pacemaker calls and nothing else is said: it kills an agent that takes too long. */
function removeLimits(options: Options, pacemaker: boolean): void {
  const disabled = options['disable_timeout'] ?? pacemaker;
  for (const name of ['power_timeout', 'shell_timeout', 'login_timeout']) {
    if (disabled === true || options[name] === 0) options[name] = Number.POSITIVE_INFINITY;
  }
}

function missing(option: AgentOption): string {
  return option.name === 'plug' ? 'the machine to act on is missing: give its --plug' : `--${option.long} is missing`;
}

function refuse(problems: readonly string[]): FenceError {
  return new FenceError('REQUEST', `Failed: ${problems.join('; ')}. Nothing was done; --help shows the usage.`);
}

// A stand-in for fence_dummy, the test agent of Pacemaker's own regression tests: it touches no device, and passes or
// fails as its parameters say. Names and meanings of the parameters are those of Pacemaker's agent.
import {
  type ActionContext,
  choice,
  defineFenceAgent,
  type FenceAgent,
  FenceError,
  type Outlet,
  seconds,
  standard,
  string,
} from '@sleepi3/fence-protocol';

const modes = ['pass', 'fail', 'random'] as const;

const options = {
  plug: standard({ required: false, description: 'The machine to act on (any will do)' }),
  switch: standard,
  mode: choice({
    short: 'M',
    choices: modes,
    default: 'random',
    order: 3,
    description: 'Whether on, off, reboot and status always pass, always fail, or fail at random',
  }),
  monitor_mode: choice({
    short: 'm',
    long: 'monitor_mode',
    choices: modes,
    default: 'pass',
    order: 3,
    description: 'Whether monitor always passes, always fails, or fails at random',
  }),
  random_sleep_range: seconds({
    short: 'R',
    long: 'random_sleep_range',
    min: 1,
    order: 3,
    description: 'Sleep a random time, from 1 second to this many, before the answer',
  }),
  monitor_delay: seconds({
    short: 'd',
    long: 'monitor_delay',
    default: 0,
    order: 3,
    description: 'Sleep this long before the answer to monitor',
  }),
  off_delay: seconds({
    short: 'F',
    long: 'off_delay',
    default: 0,
    order: 3,
    description: 'Sleep this long before off, besides the delay',
  }),
  mock_dynamic_hosts: string({
    short: 'H',
    long: 'mock_dynamic_hosts',
    order: 3,
    description: 'The machines that list names, separated by spaces, commas or semicolons',
  }),
};

/** Pacemaker gives the Corosync id of the target to agents that declare this. */
const nodeid = string({
  short: 'i',
  long: 'nodeid',
  valueName: 'id',
  order: 4,
  description: 'The Corosync id of the machine to act on (any will do)',
});

type Context = ActionContext<typeof options>;

/** The longest delay that validate-all takes for valid, as in Pacemaker's agent. */
const longestValidDelay = 10;

/**
 * Makes the agent.
 *
 * @param calledBy - the base name of the program. As metadata takes no parameters, links to it stand for variants:
 *   `…_auto_unfence`, `…_no_reboot`, `…_no_on`, `…_no_nodeid`.
 * @param random - a number from 0 up to but not 1, each time another one.
 */
export function dummyAgent(calledBy: string, random: () => number): FenceAgent {
  const act = async (context: Context, mode: (typeof modes)[number]) => {
    const { clock, log, signal } = context;
    const range = context.options.random_sleep_range;
    if (range !== undefined) {
      const sleep = 1 + Math.floor(random() * range);
      log.info(`Random sleep for ${sleep} seconds`);
      await clock.sleep(sleep * 1000, signal);
    }
    const passes = mode === 'pass' || (mode === 'random' && random() < 0.5);
    if (!passes) throw new FenceError('DEVICE', `simulated ${context.request} failure`);
  };

  return defineFenceAgent({
    name: 'fence_dummy',
    shortDescription: 'Dummy fence agent',
    longDescription:
      'fence_dummy is a fence agent for tests: it reports success or failure as its mode says (pass, fail or random), ' +
      'without doing anything.',
    vendorUrl: 'https://github.com/mechatrax',
    version: '1.0.0',
    automatic: calledBy.endsWith('_auto_unfence'),
    onTarget: !calledBy.endsWith('_auto_unfence'),
    noReboot: calledBy.endsWith('_no_reboot'),
    noOn: calledBy.endsWith('_no_on'),
    options: calledBy.endsWith('_no_nodeid') ? options : { ...options, nodeid },

    async powerStatus(context) {
      await act(context, context.options.mode);
      return 'on';
    },
    on: (context) => act(context, context.options.mode),
    async off(context) {
      await context.clock.sleep(context.options.off_delay * 1000, context.signal);
      await act(context, context.options.mode);
    },
    reboot: (context) => act(context, context.options.mode),
    async monitor(context) {
      await context.clock.sleep(context.options.monitor_delay * 1000, context.signal);
      await act(context, context.options.monitor_mode);
    },
    async list(context): Promise<Outlet[]> {
      await act(context, 'pass');
      const hosts = context.options.mock_dynamic_hosts;
      if (hosts === undefined) throw new FenceError('DEVICE', 'list needs mock_dynamic_hosts to be set');
      return hosts.split(/[\s,;]+/).flatMap((id) => (id === '' ? [] : [{ id }]));
    },
    validate: ({ options: { delay } }) =>
      delay >= 1 && delay <= longestValidDelay
        ? Promise.resolve()
        : Promise.reject(
            new FenceError('REQUEST', `validate-all needs a delay from 1 to ${longestValidDelay} s, not ${delay}`),
          ),
  });
}

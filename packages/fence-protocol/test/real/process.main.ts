// An agent for tests of the process around it: it lists as many machines as it is told, and logs when asked to.
import { defineFenceAgent, FenceError, integer, nodeHost, runFenceAgent, standard } from '../../src/index.js';

const agent = defineFenceAgent({
  name: 'fence_process',
  shortDescription: 'Process',
  longDescription: 'For tests of the process.',
  vendorUrl: 'https://example.org/',
  options: { plug: standard, count: integer({ default: 0, description: 'How many machines to list' }) },
  // A device that leaves a timer behind.
  monitor: ({ log }) => {
    log.info('a line for those who want to know');
    return Promise.resolve(void setInterval(() => undefined, 1000));
  },
  off: () => Promise.reject(new FenceError('DEVICE', 'Failed: it never works')),
  on: ({ log }) => {
    log.info('another one');
    return Promise.resolve();
  },
  list: ({ options }) => Promise.resolve(Array.from({ length: options.count }, (_, at) => ({ id: `machine-${at}` }))),
});

void runFenceAgent(agent, nodeHost(process)).then((exitStatus) => process.exit(exitStatus));

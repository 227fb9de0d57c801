// An agent whose device is a file: the state of the plugs, and a journal of every start with what the process saw.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import {
  defineFenceAgent,
  FenceError,
  integer,
  nodeHost,
  runFenceAgent,
  seconds,
  standard,
  string,
} from '../../src/index.js';

type Plugs = Record<string, 'on' | 'off'>;

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Plugs;

const agent = defineFenceAgent({
  name: 'fence_journal',
  shortDescription: 'Journal agent',
  longDescription: 'Keeps the power of its plugs in a file.',
  vendorUrl: 'https://example.org/',
  options: {
    plug: standard,
    state_file: string({ required: true, description: 'File with the power of every plug' }),
    journal: string({ required: true, description: 'File to write every start to' }),
    hold: seconds({ default: 0, description: 'How long every change takes' }),
    fail_times: integer({ default: 0, description: 'How many times to fail at first' }),
  },
  async powerStatus({ options, plug }) {
    return Promise.resolve(read(options.state_file)[plug] ?? 'missing');
  },
  async setPower({ options, plug, action, clock, log }) {
    appendFileSync(options.journal, `${JSON.stringify({ begin: action, plug })}\n`);
    const starts = readFileSync(options.journal, 'utf8')
      .split('\n')
      .filter((line) => line.includes('"begin"'));
    if (starts.length <= options.fail_times) throw new FenceError('DEVICE', 'Failed: told to fail');
    log.warning(`changing ${plug}`);
    await clock.sleep(options.hold * 1000);
    writeFileSync(options.state_file, JSON.stringify({ ...read(options.state_file), [plug]: action }));
    appendFileSync(options.journal, `${JSON.stringify({ end: action, plug })}\n`);
  },
  list: ({ options }) => Promise.resolve(Object.keys(read(options.state_file)).map((id) => ({ id }))),
  async monitor({ options, target }) {
    const { pid, argv, env } = process;
    const group = Number(readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ')[2]);
    const facts = {
      argv: argv.length - 2,
      umask: /^Umask:\t(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1],
      ownGroup: group === pid,
      service: env['PCMK_service'],
      target,
    };
    appendFileSync(options.journal, `${JSON.stringify({ facts })}\n`);
    return Promise.resolve();
  },
});

void runFenceAgent(agent, nodeHost(process)).then((exitStatus) => process.exit(exitStatus));

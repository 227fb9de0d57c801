// The containers that run on a machine, in the words of the cluster file, and what of them it has no words for.
import { SetupError } from '../errors.js';
import { clusterFile } from '../config/cluster-file.js';
import { isAny, readPublishedPort } from '../config/published-ports.js';
import type { Machine } from '../nodes/machine.js';
import { type DockerOption, hostOptions, ownOptions, unknownKeys } from './docker-options.js';
import { Part } from './part.js';
import { publishedPorts } from './published.js';
import { surroundings } from './surroundings.js';

/** A container that runs. */
export interface RunningContainer {
  readonly name: string;
  readonly image: string;
  /** Of the image that it runs; a name may stand for another one on another machine. */
  readonly imageId: string;
  readonly ports: readonly string[];
  /** Each option with its value, as it stands on the line of `run_options`. */
  readonly runOptions: readonly string[];
  readonly command: string | undefined;
  /** What of it the file cannot have, in words that name no value. */
  readonly notCarried: readonly string[];
  /** Environment variables that belong into a file on both nodes. */
  readonly variables: readonly string[];
  /** What it writes to. */
  readonly data: readonly string[];
  /** What else has to be on both nodes. */
  readonly needed: readonly string[];
  readonly byCompose: boolean;
}

/** The exit status for docker that is there and does not say what runs. */
const unasked = 3;

/** @throws SetupError `COMMAND_FAILED` when docker's answer cannot be read, `NOT_READY` when it gives none. */
export async function containersOn(machine: Machine): Promise<readonly RunningContainer[]> {
  const script = [
    'command -v docker >/dev/null || exit 0',
    `ids=$(docker ps -q --no-trunc) || exit ${String(unasked)}`,
    // 1 when one of them has ended in between.
    '[ -z "$ids" ] || docker inspect --type container $ids',
  ].join('\n');
  const running = await inspected(machine, 'sh', ['-c', script], [0, 1, unasked]);
  const ids = [...new Set(running.map((one) => one.at('Image').text))].filter((id) => /^\w[\w:.-]*$/.test(id));
  const images = ids.length === 0 ? [] : await inspected(machine, 'docker', ['image', 'inspect', '--', ...ids], [0, 1]);
  const none = new Part(undefined);
  return running
    .filter((one) => one.at('Name').text !== '')
    .map((one) => inFile(one, images.find((image) => one.at('Image').is(image.at('Id').text)) ?? none));
}

async function inspected(
  machine: Machine,
  program: string,
  argv: readonly string[],
  exitCodes: readonly number[],
): Promise<readonly Part[]> {
  const { exitCode, stdout, stderr } = await machine.run(program, argv, { exitCodes });
  if (exitCode === unasked) {
    throw new SetupError(
      'NOT_READY',
      `${machine.name}: docker does not say which containers run: ${stderr.trim().split('\n').at(-1) ?? ''}; run this as root, with ` +
        'dockerd running there: systemctl start docker',
    );
  }
  // A machine's output is one character a byte.
  const text = Buffer.from(stdout, 'latin1').toString('utf8').trim();
  try {
    return text === '' ? [] : new Part(JSON.parse(text)).list;
  } catch (cause) {
    throw new SetupError('COMMAND_FAILED', `${machine.name}: docker inspect did not print JSON`, { cause });
  }
}

/** @param container One of `docker inspect`. @param image That of `docker image inspect`. */
function inFile(container: Part, image: Part): RunningContainer {
  const host = container.at('HostConfig');
  const config = container.at('Config');
  const around = surroundings(container);
  const { ports, others: otherPorts } = publishedPorts(container);
  const { entrypoint, command, isWhole } = commandOf(config, image.at('Config'));
  const options = [
    ...around.options,
    ...ownOptions(container, image.at('Config')),
    ...entrypoint,
    ...hostOptions(host),
  ];
  const { line, rest } = onOneLine(options);
  const hasOwnHealthcheck = !config.at('Healthcheck').isSame(image.at('Config').at('Healthcheck'));
  return {
    name: container.at('Name').text.replace(/^\//, ''),
    image: config.at('Image').text,
    imageId: container.at('Image').text,
    ports,
    runOptions: line,
    command,
    variables: rest.filter(({ name }) => name === '--env').map(({ variable = '' }) => variable),
    notCarried: [
      ...rest.filter(({ name }) => name !== '--env').map(inWords),
      ...(isWhole ? [] : ['its command (put it into a script in the image, and name that in command)']),
      ...(hasOwnHealthcheck && config.at('Healthcheck').at('Test').texts[0] !== 'NONE'
        ? ['its health check (see health)']
        : []),
      ...(/@|^sha256:/.test(config.at('Image').text) ? ['its image by digest (name one with a tag)'] : []),
      ...otherPorts.map((port) => `the port ${port}`),
      ...around.others,
      ...unknownKeys(host).map((key) => `what docker inspect calls ${key}`),
    ],
    data: around.data,
    needed: [...around.needed, ...ports.filter(isBound).map((port) => `the address of the port ${port}`)],
    byCompose: !config.at('Labels').at('com.docker.compose.project').isEmpty,
  };
}

/** Whether it is published at an address that not every machine has. */
function isBound(port: string): boolean {
  const { address } = readPublishedPort(port) ?? {};
  return address !== undefined && !isAny(address) && !/^(?:127\.|::1$)/.test(address);
}

/** The agent cuts at every space and knows no quotes. */
const unfit = /[\s"'\\\p{Cc}\p{Cs}]/u;

const secretName = /pass|pwd|secret|token|key|credential|auth/i;
/** Names of a command's options: a few more of the words above are harmless there. */
const secretWord = /pass(?!ive|through)|secret|token|api_?-?key|credential/i;
/** User and password in a URL. */
const secretValue = /:\/\/[^/\s]*@/;

/** The options that the file can have, each on its own, and those that it must not. */
function onOneLine(options: readonly DockerOption[]): {
  readonly line: readonly string[];
  readonly rest: readonly DockerOption[];
} {
  const longest = 1000;
  const line: string[] = [];
  const rest: DockerOption[] = [];
  for (const option of options) {
    const { name, value, variable } = option;
    const text = value === undefined ? name : `${name} ${value}`;
    const isSecret = variable !== undefined && (secretName.test(variable) || secretValue.test(value ?? ''));
    const fits = value === undefined || (value !== '' && !unfit.test(value));
    const length = [...line, text].join(' ').length;
    if (fits && !isSecret && length <= longest) line.push(text);
    else rest.push(option);
  }
  return { line, rest };
}

/** Without a value that may be a secret. */
function inWords({ name, value, variable }: DockerOption): string {
  const shown = variable ?? value;
  return shown === undefined ? name : `${name} ${shown}`;
}

/** What runs in it, when that is not what the image says. */
function commandOf(config: Part, image: Part) {
  const [entrypoint, ofImage] = [config, image].map((one) => one.at('Entrypoint').texts.filter((word) => word !== ''));
  const [program, ...before] = entrypoint ?? [];
  const isOwn = entrypoint?.join('\0') !== ofImage?.join('\0');
  if (!isOwn && config.at('Cmd').isSame(image.at('Cmd'))) return { entrypoint: [], command: undefined, isWhole: true };
  const words = [...(isOwn ? before : []), ...config.at('Cmd').texts];
  const command = words.join(' ');
  // A word that is a pattern would become the names of files.
  const isUnfit = (word: string) =>
    word === '' || unfit.test(word) || /^[^=]*[*?[]/.test(word) || secretValue.test(word);
  if (words.some((word) => isUnfit(word) || secretWord.test(word)) || !isLine(command)) {
    return { entrypoint: [], command: undefined, isWhole: false };
  }
  const given = program === undefined ? { name: '--entrypoint=' } : { name: '--entrypoint', value: program };
  return { entrypoint: isOwn ? [given] : [], command: command === '' ? undefined : command, isWhole: true };
}

const isLine = (text: string) => text === '' || clusterFile.fields.containers.item.fields.command.pattern.test(text);

// The bundled program: one file in two parts, of which the second is compiled when it is asked for.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { renderMetadata } from '@sleepi3/fence-protocol';
import { runLikePacemaker } from '@sleepi3/fence-protocol/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { version } from '../package.json';
import { createAgent } from '../src/agent.js';
import { type AgentMessage, type KeeperEvent, parseAgentMessage } from '../src/keeper/messages.js';
import { listenForAgents } from '../src/keeper/socket.js';
import { buildAgent } from './real/live-cluster.js';

const agent = createAgent(version, () => Promise.reject(new Error('nothing is run here')));
let directory: string;
let program: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'fence-built-'));
  program = buildAgent(directory);
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const answer = (words: readonly string[], input = '', file = program) =>
  execFileSync(process.execPath, [file, ...words], { input, encoding: 'utf8' });

const answerOfSh = (words: readonly string[], input = '') => execFileSync(program, words, { input, encoding: 'utf8' });

it('has one metadata, in whatever words it is asked for, of sh and of Node', () => {
  const expected = renderMetadata(agent, 'fence_sleepi3');
  for (const ask of [answer, answerOfSh]) {
    expect(ask(['-o', 'metadata'])).toBe(expected);
    expect(ask(['-o', 'Meta-Data'])).toBe(expected);
    expect(ask([], 'action=metadata\n')).toBe(expected);
    expect(ask([], '# as somebody else asks\naction=metadata\nverbose=0\n')).toBe(expected);
  }
});

it('waits for a request that is not there yet where its standard input does not block', async () => {
  const fifo = join(directory, 'request');
  execFileSync('mkfifo', [fifo]);
  const input = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const request = openSync(fifo, constants.O_WRONLY);
  // As descriptor 0 Node would make it one that blocks.
  const child = spawn('sh', ['-c', 'exec "$0" <&3', program], { stdio: ['ignore', 'pipe', 'inherit', input] });
  closeSync(input);
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'close');
  // By then sh has looked, and Node has started.
  for (const piece of ['plug=node1\nact', 'ion=metadata\n']) {
    await setTimeout(300);
    writeSync(request, piece);
  }
  closeSync(request);
  expect(await ended).toEqual([0, null]);
  expect(said).toBe(renderMetadata(agent, 'fence_sleepi3'));
});

it('starts no Node where Pacemaker asks for the metadata', () => {
  const call = (action: string) =>
    spawnSync(program, { input: `action=${action}\n`, env: { PATH: '/nonexistent' }, encoding: 'utf8' });
  expect(call('metadata')).toMatchObject({ status: 0, stdout: renderMetadata(agent, 'fence_sleepi3'), stderr: '' });
  expect(call('list')).toMatchObject({ status: 127, stdout: '' }); // what sh says where there is no such program
});

it('is called in the metadata what it is called', () => {
  const link = join(directory, 'fence_wire');
  symlinkSync(program, link);
  expect(answer(['-o', 'metadata'], '', link)).toBe(renderMetadata(agent, 'fence_wire'));
});

it('is whole wherever it is copied or linked to', () => {
  const [copies, links] = [join(directory, 'copies'), join(directory, 'links')];
  for (const folder of [copies, links]) mkdirSync(folder);
  const [copy, link] = [join(copies, 'fence_sleepi3'), join(links, 'fence_sleepi3')];
  copyFileSync(program, copy);
  symlinkSync(copy, link);
  for (const file of [copy, link]) {
    expect(answer(['keeper', '--help'], '', file)).toContain('The one process that owns EXTOUT');
    const { status, stderr } = spawnSync(process.execPath, [file, 'keper'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'fence_sleepi3: unknown command keper: did you mean keeper?\n',
    });
  }
});

it('does not take the second part of another version, which an upgrade put there while it started', () => {
  const folder = join(directory, 'upgraded');
  mkdirSync(folder);
  const file = join(folder, 'fence_sleepi3');
  writeFileSync(file, readFileSync(program, 'utf8').replace(/^(\/\/ The second part, )\w+:$/m, '$1another:'));
  const { status, stderr } = spawnSync(process.execPath, [file], { input: 'action=list\n', encoding: 'utf8' });
  expect(stderr).toBe(`fence_sleepi3: ${file} was replaced while it started: call it again\n`);
  expect(status).toBe(1);
});

it('has a monitor and a status answered by the line keeper, without its second part, which off needs', async () => {
  const folder = join(directory, 'first-part');
  mkdirSync(folder, { mode: 0o700 });
  const file = join(folder, 'fence_sleepi3');
  writeFileSync(file, readFileSync(program, 'utf8').replace(/^(\/\/ The second part, )\w+:$/m, '$1none:'), {
    mode: 0o755,
  });
  const inputs: string[] = [];
  const server = await listenForAgents<AgentMessage, KeeperEvent>(
    join(folder, 'keeper.sock'),
    (agent) => {
      void agent.receive().then((message) => {
        if (message && 'ask' in message && message.ask === 'run') inputs.push(message.call.input);
        const answer = { stdout: 'Status: OFF\n', stderr: 'told\n', syslog: [], exitStatus: 2 };
        agent.send({ event: 'answered', answer });
      });
    },
    parseAgentMessage,
  );
  const env = { FENCE_SLEEPI3_DIRECTORY: folder };
  const answered = { exitStatus: 2, stdout: 'Status: OFF\n', stderr: 'told\n' };
  for (const action of ['monitor', 'status']) {
    expect(await runLikePacemaker(file, { action }, { env })).toMatchObject(answered);
  }
  expect(await runLikePacemaker(file, { action: 'off' }, { env })).toMatchObject({
    exitStatus: 1,
    stdout: '',
    stderr: expect.stringContaining('was replaced while it started'),
  });
  expect(inputs).toEqual(['action=monitor\n', 'action=status\n']);
  await server.close();
});

it('has what only the line keeper and the commands need in lines that Node skips', () => {
  const lines = readFileSync(program, 'utf8').split('\n');
  const code = lines.filter((line) => !line.startsWith('//')).join('\n');
  expect(code).not.toContain('The one process that owns EXTOUT');
  expect(code.length).toBeLessThan(60_000);
  expect(lines.filter((line) => line.startsWith('//|')).join('\n')).toContain('The one process that owns EXTOUT');
});

// How the commands of the command line reach a lab that is up: one request a connection over a unix socket, a line of
// JSON there, lines of JSON back, the last with the exit status.
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { LabError } from './errors.js';
import type { Invocation } from './command-line.js';

/** Carries out a command; `say` sends text to whoever asked, as it comes. Resolves to the exit status. */
export type Control = (invocation: Invocation, write: (text: string) => void) => Promise<number>;

type Reply = { readonly text: string } | { readonly status: number };

/** Takes commands at `path` until the server is closed. */
export async function serveControl(path: string, control: Control): Promise<Server> {
  await rm(path, { force: true });
  const server = createServer((socket) => {
    socket.on('error', () => undefined); // whoever asked has gone; the command is carried out all the same
    answer(socket, control).catch((error: unknown) => {
      socket.destroy(error as Error);
    });
  });
  server.listen(path);
  await once(server, 'listening');
  return server;
}

async function answer(socket: Socket, control: Control): Promise<void> {
  const line = await firstLine(socket);
  if (line === undefined) return;
  const reply = (message: Reply) => {
    if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
  };
  const write = (text: string) => {
    reply({ text });
  };
  try {
    reply({ status: await control(JSON.parse(line) as Invocation, write) });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    write(`${error.message}\n`);
    reply({ status: 1 });
  }
  socket.end();
}

/** Undefined when the other side hangs up before it has said one. */
async function firstLine(socket: Socket): Promise<string | undefined> {
  let text = '';
  for await (const chunk of socket.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    text += chunk as string;
    const end = text.indexOf('\n');
    if (end >= 0) return text.slice(0, end);
  }
  return undefined;
}

/**
 * Has a lab that is up carry out a command.
 * @throws LabError `STATE` when no lab is up
 */
export async function callControl(
  path: string,
  invocation: Invocation,
  write: (text: string) => void,
): Promise<number> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
  } catch (cause) {
    throw new LabError('STATE', 'the lab is not up: run lab up first', { cause });
  }
  socket.write(`${JSON.stringify(invocation)}\n`);
  for await (const line of createInterface({ input: socket })) {
    const reply = JSON.parse(line) as Reply;
    if ('status' in reply) return reply.status;
    write(reply.text);
  }
  throw new LabError('STATE', 'the lab ended before it had answered');
}

/** Whether a lab is up. */
export async function isUp(path: string): Promise<boolean> {
  const socket = connect(path);
  return new Promise((resolve) => {
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

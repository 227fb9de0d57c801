// A switched socket for each machine, at which board and Pi hang together: power of its own, as the slee-Pi has none.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

export const socketPort = 8091;

/** What a request asks for: `/off/raspberrypi-1`. */
export interface SocketRequest {
  readonly action: string;
  readonly node: string;
}

/**
 * Serves them at `address` until the server is closed.
 *
 * @param act - Does it, and resolves when it is done; whether there was such a socket and such an action.
 */
export async function serveSockets(
  address: string,
  act: (request: SocketRequest) => Promise<boolean>,
): Promise<Server> {
  const server = createServer((request, response) => {
    const [, action = '', node = ''] = (request.url ?? '').split('/');
    request.resume();
    act({ action, node }).then(
      (done) => {
        response.writeHead(done ? 200 : 404).end();
      },
      () => {
        response.writeHead(500).end();
      },
    );
  });
  server.listen(socketPort, address);
  await once(server, 'listening');
  return server;
}

// A switched socket for each machine, at which board and Pi hang together: power of its own, as the slee-Pi has none.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '@sleepi3/driver';
import type { VirtualBoard } from '@sleepi3/simulator';

export const socketPort = 8091;

/** How long a reboot leaves a socket without power, ms. */
const rest = 2000;
/** What a socket gives its board, mV. */
const supply = 12_000;

/** What a request asks for: `/off/raspberrypi-1`. */
export interface SocketRequest {
  readonly action: 'off' | 'on' | 'reboot';
  readonly node: string;
}

/** The sockets of all machines, switched over HTTP. */
export class SwitchedSockets {
  /** What was switched so far. */
  readonly switched: SocketRequest[] = [];
  readonly #server: Server;

  /**
   * @param boards - What hangs on them, by the names of the boards.
   * @param note - Is told of each that is switched.
   */
  constructor(boards: readonly VirtualBoard[], clock: Clock, note: (line: string) => void) {
    const act = async (action: string, node: string): Promise<boolean> => {
      if (action === 'monitor') return true;
      const board = boards.find(({ name }) => name === node);
      if (!board) return false;
      if (action === 'status') return true;
      if (action !== 'off' && action !== 'on' && action !== 'reboot') return false;
      note(`socket of ${node}: ${action}`);
      this.switched.push({ action, node });
      if (action !== 'on') board.setSupply({ voltage1: 0, voltage2: 0 });
      if (action === 'reboot') await clock.sleep(rest);
      if (action !== 'off') board.setSupply({ voltage1: supply });
      return true;
    };
    this.#server = createServer((request, response) => {
      const [, action = '', node = ''] = (request.url ?? '').split('/');
      request.resume();
      act(action, node).then(
        (done) => {
          response.writeHead(done ? 200 : 404).end();
        },
        () => {
          response.writeHead(500).end();
        },
      );
    });
  }

  /** Serves them at this address; 0 is any free port. @returns the port. */
  async listen(address: string, port = socketPort): Promise<number> {
    this.#server.listen(port, address);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

// A receiver outside of the guests, as a webhook of an administrator's: what their alert agents tell arrives here.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An alert as it arrived. */
export interface ReceivedAlert {
  readonly kind: string;
  readonly subject: string;
  readonly title: string;
}

export const alertPort = 8092;

export class AlertReceiver {
  #received: ReceivedAlert[] = [];
  readonly #server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const alert = alertIn(body);
      if (alert) this.#received.push(alert);
      response.writeHead(alert ? 200 : 400).end();
    });
  });

  /** What arrived since the last {@link forget}. */
  get received(): readonly ReceivedAlert[] {
    return this.#received;
  }

  /** Serves at this address; 0 is any free port. @returns the port. */
  async listen(address: string, port = alertPort): Promise<number> {
    this.#server.listen(port, address);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  forget(): void {
    this.#received = [];
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function alertIn(body: string): ReceivedAlert | undefined {
  try {
    const { kind, subject, title } = JSON.parse(body) as Partial<ReceivedAlert>;
    return kind === undefined || subject === undefined || title === undefined ? undefined : { kind, subject, title };
  } catch {
    return undefined; // it is told so, and tries again
  }
}

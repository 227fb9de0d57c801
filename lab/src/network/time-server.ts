// The time of this machine for the guests, by SNTP (RFC 4330): a node of a sound cluster has a synchronised clock.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';

const port = 123;
/** s from 1900, where NTP begins to count, to 1970. */
const epoch = 2_208_988_800;
const packetLength = 48;
/** Version of the request, mode of a server. */
const versionBits = 0x38;
const server = 4;

/** The answer to a request, or undefined for what is no request of a client. `now`: s since 1970. */
export function answerTo(request: Buffer, now: number): Buffer | undefined {
  const head = request[0] ?? 0;
  if (request.length < packetLength || (head & 7) !== 3) return undefined;
  const answer = Buffer.alloc(packetLength);
  answer[0] = (head & versionBits) | server;
  answer[1] = 1; // stratum: this is where the lab's time comes from
  answer[2] = request[2] ?? 0;
  answer.writeInt8(-20, 3); // precision: a microsecond
  answer.write('LOCL', 12, 'latin1');
  request.copy(answer, 24, 40); // its transmit time-stamp is our originate one
  for (const offset of [16, 32, 40]) {
    answer.writeUInt32BE((Math.floor(now) + epoch) % 2 ** 32, offset);
    answer.writeUInt32BE(Math.floor((now % 1) * 2 ** 32), offset + 4);
  }
  return answer;
}

/** Serves the time at `address` as long as this process lives. */
export async function serveTime(address: string): Promise<void> {
  const socket = createSocket('udp4').unref();
  socket.on('message', (request, { address: client, port: clientPort }) => {
    const answer = answerTo(request, (performance.timeOrigin + performance.now()) / 1000);
    if (answer) socket.send(answer, clientPort, client, () => undefined);
  });
  socket.bind(port, address);
  await once(socket, 'listening');
}

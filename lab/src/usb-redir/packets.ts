// The usbredir protocol as QEMU's usb-redir device speaks it over its socket, from the side of the USB device:
// numbers, bounds and layout, no behaviour. Little-endian throughout. Source: usbredirproto.h of usbredir 0.13.
import { LabError } from '../errors.js';

/** Packet types that a device with nothing but a control endpoint meets. */
export const packetType = {
  hello: 0,
  deviceConnect: 1,
  deviceDisconnect: 2,
  reset: 3,
  interfaceInfo: 4,
  endpointInfo: 5,
  setConfiguration: 6,
  getConfiguration: 7,
  configurationStatus: 8,
  setAltSetting: 9,
  getAltSetting: 10,
  altSettingStatus: 11,
  cancelDataPacket: 21,
  filterReject: 22,
  filterFilter: 23,
  deviceDisconnectAck: 24,
  controlPacket: 100,
} as const;

/** Status of a data packet. */
export const packetStatus = { success: 0, cancelled: 1, invalid: 2, ioError: 3, stall: 4 } as const;

/** One packet after HELLO. */
export interface Packet {
  readonly type: number;
  /** Ties an answer to its question. */
  readonly id: bigint;
  readonly body: Buffer;
}

/** A control transfer, the body of packet type 100. */
export interface ControlPacket {
  /** Bit 7: towards the host. */
  readonly endpoint: number;
  readonly request: number;
  /** bmRequestType. */
  readonly requestType: number;
  readonly status: number;
  readonly value: number;
  readonly index: number;
  /** Bytes asked for or sent; in an answer the bytes that really moved. */
  readonly length: number;
  readonly data: Buffer;
}

/** The bounds of a body: a control header and the longest control transfer there is. */
const longestBody = 10 + 0xffff;
const helloHeader = 12;
const header = 16;
const versionText = 64;
const controlHeader = 10;

/** connect_device_version, ep_info_max_packet_size, 64bits_ids, 32bits_bulk_length: with fewer, xhci attaches nothing. */
const capabilities = 0x72;

/** The first packet of a connection. The only one whose id is 32 bits long. */
export function encodeHello(version: string): Buffer {
  const packet = Buffer.alloc(helloHeader + versionText + 4);
  packet.writeUInt32LE(packetType.hello, 0);
  packet.writeUInt32LE(versionText + 4, 4);
  packet.write(version.slice(0, versionText - 1), helloHeader, 'latin1');
  packet.writeUInt32LE(capabilities, helloHeader + versionText);
  return packet;
}

export function encodePacket({ type, id, body }: Packet): Buffer {
  const packet = Buffer.alloc(header + body.length);
  packet.writeUInt32LE(type, 0);
  packet.writeUInt32LE(body.length, 4);
  packet.writeBigUInt64LE(id, 8);
  body.copy(packet, header);
  return packet;
}

/** @throws LabError `PROTOCOL` when the body is shorter than a control header. */
export function decodeControl(body: Buffer): ControlPacket {
  if (body.length < controlHeader) throw broken(`a control packet of ${body.length} bytes`);
  return {
    endpoint: body.readUInt8(0),
    request: body.readUInt8(1),
    requestType: body.readUInt8(2),
    status: body.readUInt8(3),
    value: body.readUInt16LE(4),
    index: body.readUInt16LE(6),
    length: body.readUInt16LE(8),
    data: body.subarray(controlHeader),
  };
}

export function encodeControl(packet: ControlPacket): Buffer {
  const body = Buffer.alloc(controlHeader + packet.data.length);
  body.writeUInt8(packet.endpoint, 0);
  body.writeUInt8(packet.request, 1);
  body.writeUInt8(packet.requestType, 2);
  body.writeUInt8(packet.status, 3);
  body.writeUInt16LE(packet.value, 4);
  body.writeUInt16LE(packet.index, 6);
  body.writeUInt16LE(packet.length, 8);
  packet.data.copy(body, controlHeader);
  return body;
}

/**
 * Cuts a stream of bytes into packets, in whatever pieces it arrives. Holds one packet at most: a length beyond any
 * control transfer is refused before a byte of it is stored.
 */
export class PacketReader {
  #chunks: Buffer[] = [];
  #size = 0;
  #helloSeen = false;

  /**
   * The packets that `chunk` completes; HELLO first.
   * @throws LabError `PROTOCOL` when HELLO is not first or a length is out of bounds; the stream is lost then.
   */
  push(chunk: Buffer): Packet[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const packets: Packet[] = [];
    for (let packet = this.#next(); packet; packet = this.#next()) packets.push(packet);
    return packets;
  }

  /** Bytes of a packet that is not complete yet. */
  get pending(): number {
    return this.#size;
  }

  #next(): Packet | undefined {
    const size = this.#helloSeen ? header : helloHeader;
    if (this.#size < size) return undefined;
    const bytes = this.#joined();
    const type = bytes.readUInt32LE(0);
    const length = bytes.readUInt32LE(4);
    if (!this.#helloSeen && (type !== packetType.hello || length < versionText || length > versionText + 64)) {
      throw broken(`type ${type}, length ${length} in place of HELLO`);
    }
    if (length > longestBody) throw broken(`a length of ${length} in a packet of type ${type}`);
    if (bytes.length < size + length) return undefined;
    const id = this.#helloSeen ? bytes.readBigUInt64LE(8) : BigInt(bytes.readUInt32LE(8));
    this.#helloSeen = true;
    const rest = bytes.subarray(size + length);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#size = rest.length;
    return { type, id, body: bytes.subarray(size, size + length) };
  }

  #joined(): Buffer {
    const [first] = this.#chunks;
    if (this.#chunks.length === 1 && first) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}

function broken(what: string): LabError {
  return new LabError('PROTOCOL', `QEMU broke the usbredir protocol: ${what}`);
}

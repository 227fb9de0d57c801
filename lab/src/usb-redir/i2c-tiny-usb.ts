// An i2c-tiny-usb adapter on the other end of QEMU's usb-redir device: the guest's own driver of that name makes
// /dev/i2c-1 of it, and whatever is on `bus` answers there.
import type { Duplex } from 'node:stream';
import { type Bus, BusError } from '@sleepi3/driver';
import {
  type ControlPacket,
  decodeControl,
  encodeControl,
  encodeHello,
  encodePacket,
  type Packet,
  PacketReader,
  packetStatus,
  packetType,
} from './packets.js';

/** USB descriptors of the adapter: 0403:c631, one interface of a vendor's own class, the control endpoint alone. */
const deviceDescriptor = Buffer.from('12011001ff000040030431c6050201020301', 'hex');
const configurationDescriptor = Buffer.from('0902120001010080320904000000ff000000', 'hex');

/** What the adapter's driver asks for, by bRequest. I2C transfers are 4, with 1 for START and 2 for STOP. */
const request = { echo: 0, functionality: 1, setDelay: 2, status: 3, i2c: 4 } as const;
/** I2C and everything that Linux emulates of SMBus with it. */
const functionality = 0x0eff0009;
const adapterStatus = { idle: 0, acknowledged: 1, notAcknowledged: 2 } as const;
const stop = 2;
const flagRead = 0x0001;

/** Standard requests that QEMU does not answer by itself. */
const standard = { getStatus: 0, clearFeature: 1, setFeature: 3, getDescriptor: 6 } as const;
const descriptorType = { device: 1, configuration: 2 } as const;

/**
 * Serves `bus` as an I2C adapter to the QEMU at the other end of `stream`, until the stream ends. Transfers are carried
 * out one at a time, in order. A transfer that the bus refuses is not acknowledged, as on a real bus.
 * @throws LabError `PROTOCOL` when QEMU breaks the protocol; the stream is destroyed.
 */
export async function serveI2cTinyUsb(stream: Duplex, bus: Bus): Promise<void> {
  const adapter = new Adapter(bus);
  const reader = new PacketReader();
  const send = async (bytes: Buffer) => {
    if (!stream.write(bytes)) await new Promise((resolve) => stream.once('drain', resolve).once('close', resolve));
  };
  await send(encodeHello('sleepi3 lab'));
  for await (const chunk of stream) {
    for (const packet of reader.push(chunk as Buffer)) {
      for (const answer of await answersTo(packet, adapter)) await send(encodePacket(answer));
    }
  }
}

async function answersTo(packet: Packet, adapter: Adapter): Promise<Packet[]> {
  const { id, body } = packet;
  const answer = (type: number, bytes: Buffer): Packet[] => [{ type, id, body: bytes }];
  switch (packet.type) {
    case packetType.hello:
      return announcement();
    case packetType.setConfiguration:
    case packetType.getConfiguration:
      return answer(packetType.configurationStatus, Buffer.from([packetStatus.success, 1]));
    case packetType.setAltSetting:
    case packetType.getAltSetting:
      return answer(packetType.altSettingStatus, Buffer.from([packetStatus.success, 0, 0]));
    case packetType.controlPacket:
      return answer(packetType.controlPacket, encodeControl(await adapter.control(decodeControl(body))));
    default:
      // A reset changes nothing here; a cancelled transfer is answered like any other, which QEMU expects.
      return [];
  }
}

/** What the adapter is, told after HELLO. */
function announcement(): Packet[] {
  const interfaces = Buffer.alloc(4 + 4 * 32);
  interfaces.writeUInt32LE(1, 0);
  interfaces.writeUInt8(0xff, 4 + 32);

  // Endpoint 0 in both directions is all there is: type 0 (control), 64 bytes; the other thirty are invalid (255).
  const endpoints = Buffer.alloc(3 * 32 + 2 * 32);
  endpoints.fill(0xff, 0, 32);
  for (const index of [0, 16]) {
    endpoints.writeUInt8(0, index);
    endpoints.writeUInt16LE(64, 96 + 2 * index);
  }

  const connect = Buffer.alloc(10);
  connect.writeUInt8(1, 0); // full speed
  connect.writeUInt8(0xff, 1);
  connect.writeUInt16LE(0x0403, 4);
  connect.writeUInt16LE(0xc631, 6);
  connect.writeUInt16LE(0x0205, 8);

  return [
    { type: packetType.interfaceInfo, id: 0n, body: interfaces },
    { type: packetType.endpointInfo, id: 0n, body: endpoints },
    { type: packetType.deviceConnect, id: 0n, body: connect },
  ];
}

/** The adapter's firmware. */
class Adapter {
  readonly #bus: Bus;
  #status: number = adapterStatus.idle;
  /** The register that the next read reads, per the last write. */
  #pointer = 0;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  async control(packet: ControlPacket): Promise<ControlPacket> {
    const towardsHost = (packet.requestType & 0x80) !== 0;
    const data = await this.#answer(packet, towardsHost);
    if (data === undefined) return { ...packet, status: packetStatus.stall, length: 0, data: Buffer.alloc(0) };
    if (!towardsHost) return { ...packet, status: packetStatus.success, data: Buffer.alloc(0) };
    const sent = data.subarray(0, packet.length);
    return { ...packet, status: packetStatus.success, length: sent.length, data: sent };
  }

  /** The data towards the host, empty for a request towards the device, undefined to stall. */
  async #answer(packet: ControlPacket, towardsHost: boolean): Promise<Buffer | undefined> {
    if ((packet.requestType & 0x60) === 0) return standardAnswer(packet, towardsHost);
    switch (packet.request) {
      case request.echo:
        return word(packet.value);
      case request.functionality:
        return doubleWord(functionality);
      case request.setDelay:
        return Buffer.alloc(0);
      case request.status:
        return Buffer.from([this.#status]);
      case request.i2c:
      case request.i2c | 1:
      case request.i2c | 2:
      case request.i2c | 3:
        return (packet.value & flagRead) !== 0 ? this.#read(packet) : this.#write(packet);
      default:
        return undefined;
    }
  }

  async #read({ index: address, length }: ControlPacket): Promise<Buffer> {
    const nothing = Buffer.alloc(length, 0xff);
    return this.#transfer(
      nothing,
      async () => {
        const register = this.#pointer;
        if (length === 2) return word(await this.#bus.readWord(address, register));
        // A read of nothing is how a scan asks whether anyone is there.
        const byte = await this.#bus.readByte(address, register);
        return Buffer.from([byte]).subarray(0, length);
      },
      length <= 2,
    );
  }

  async #write({ request: name, index: address, data }: ControlPacket): Promise<Buffer> {
    const nothing = Buffer.alloc(0);
    return this.#transfer(
      nothing,
      async () => {
        if (data.length > 0) this.#pointer = data.readUInt8(0);
        if (data.length === 3) await this.#bus.writeWord(address, this.#pointer, data.readUInt16LE(1));
        else if (data.length === 2) await this.#bus.writeByte(address, this.#pointer, data.readUInt8(1));
        // A write of no value that a read follows is the first half of that read; alone it asks whether anyone is there.
        else if ((name & stop) !== 0) await this.#bus.readByte(address, this.#pointer);
        return nothing;
      },
      data.length <= 3,
    );
  }

  /** One transfer; `possible` is false for what the board's controller is not known to take: more than a word. */
  async #transfer(otherwise: Buffer, transfer: () => Promise<Buffer>, possible: boolean): Promise<Buffer> {
    try {
      if (!possible) throw new BusError('EREMOTEIO', 'the board takes bytes and words only');
      const data = await transfer();
      this.#status = adapterStatus.acknowledged;
      return data;
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      this.#status = adapterStatus.notAcknowledged;
      return otherwise;
    }
  }
}

function standardAnswer({ request: name, value }: ControlPacket, towardsHost: boolean): Buffer | undefined {
  if (name === standard.getDescriptor && towardsHost) {
    if (value >> 8 === descriptorType.device) return deviceDescriptor;
    if (value >> 8 === descriptorType.configuration) return configurationDescriptor;
    return undefined;
  }
  if (name === standard.getStatus && towardsHost) return word(0);
  if ((name === standard.clearFeature || name === standard.setFeature) && !towardsHost) return Buffer.alloc(0);
  return undefined;
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function doubleWord(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

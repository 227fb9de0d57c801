import { once } from 'node:events';
import { Duplex, PassThrough } from 'node:stream';
import type { Bus } from '@sleepi3/driver';
import { VirtualBoard } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { serveI2cTinyUsb } from '../../src/usb-redir/i2c-tiny-usb.js';
import {
  decodeControl,
  encodeControl,
  encodeHello,
  encodePacket,
  type Packet,
  PacketReader,
  packetType,
} from '../../src/usb-redir/packets.js';

const board = 0x6e;
const read = 0x0001;
const stalled = 4;

/** QEMU at the other end, driven by the test. */
class Host {
  readonly #stream: Duplex;
  readonly #reader = new PacketReader();
  readonly #packets: Packet[] = [];
  #id = 0n;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('error', () => {}); // the device hung up; the session says why
    stream.on('data', (chunk: Buffer) => {
      this.#packets.push(...this.#reader.push(chunk));
      stream.emit('packets');
    });
  }

  async next(): Promise<Packet> {
    for (;;) {
      const packet = this.#packets.shift();
      if (packet) return packet;
      await once(this.#stream, 'packets');
    }
  }

  send(bytes: Buffer): void {
    this.#stream.write(bytes);
  }

  end(): void {
    this.#stream.end();
  }

  async greet(): Promise<Packet[]> {
    this.send(encodeHello('qemu'));
    return [await this.next(), await this.next(), await this.next(), await this.next()];
  }

  /** A vendor request towards the host. */
  async in(request: number, value: number, index: number, length: number) {
    return this.#control({ endpoint: 0x80, requestType: 0xc1, request, value, index, length, data: Buffer.alloc(0) });
  }

  /** A vendor request towards the device. */
  async out(request: number, value: number, index: number, data: Buffer) {
    return this.#control({ endpoint: 0, requestType: 0x41, request, value, index, length: data.length, data });
  }

  async standard(request: number, value: number, length: number) {
    return this.#control({
      endpoint: 0x80,
      requestType: 0x80,
      request,
      value,
      index: 0,
      length,
      data: Buffer.alloc(0),
    });
  }

  /** The adapter's status of the last transfer: 1 acknowledged, 2 not. */
  async status(): Promise<number> {
    return (await this.in(3, 0, 0, 1)).data.readUInt8(0);
  }

  /** An SMBus read as Linux emulates it: write the register, then read, one STOP at the end. */
  async smbusRead(address: number, register: number, length: 1 | 2): Promise<Buffer | 'not acknowledged'> {
    await this.out(4 | 1, 0, address, Buffer.from([register]));
    if ((await this.status()) !== 1) return 'not acknowledged';
    const { data } = await this.in(4 | 2, read, address, length);
    return (await this.status()) === 1 ? data : 'not acknowledged';
  }

  async smbusWrite(address: number, bytes: readonly number[]): Promise<number> {
    await this.out(4 | 1 | 2, 0, address, Buffer.from(bytes));
    return this.status();
  }

  async #control(transfer: Omit<Parameters<typeof encodeControl>[0], 'status'>) {
    this.#id += 1n;
    const id = this.#id;
    this.send(encodePacket({ type: packetType.controlPacket, id, body: encodeControl({ ...transfer, status: 0 }) }));
    const answer = await this.next();
    expect(answer).toMatchObject({ type: packetType.controlPacket, id });
    return decodeControl(answer.body);
  }
}

function session(bus: Bus = new VirtualBoard().bus) {
  const towardsHost = new PassThrough();
  const towardsDevice = new PassThrough();
  const host = new Host(Duplex.from({ readable: towardsHost, writable: towardsDevice }));
  const device = Duplex.from({ readable: towardsDevice, writable: towardsHost });
  device.on('error', () => {});
  const served = serveI2cTinyUsb(device, bus);
  served.catch(() => undefined);
  return { host, served };
}

describe('the i2c-tiny-usb adapter', () => {
  it('announces one vendor-class interface with a control endpoint, then connects as 0403:c631', async () => {
    const { host } = session();
    const [hello, interfaces, endpoints, connect] = await host.greet();
    expect(hello?.type).toBe(packetType.hello);
    expect(hello?.body.readUInt32LE(64)).toBe(0x72);
    expect(interfaces).toMatchObject({ type: packetType.interfaceInfo });
    expect(interfaces?.body).toHaveLength(132);
    expect(endpoints?.body).toHaveLength(160);
    expect(connect).toMatchObject({
      type: packetType.deviceConnect,
      body: Buffer.from([1, 0xff, 0, 0, 0x03, 0x04, 0x31, 0xc6, 0x05, 0x02]),
    });
  });

  it('shows its descriptors, cut to the length asked for', async () => {
    const { host } = session();
    await host.greet();
    expect((await host.standard(6, 0x0100, 64)).data).toHaveLength(18);
    expect((await host.standard(6, 0x0100, 8)).data).toHaveLength(8);
    expect((await host.standard(6, 0x0200, 255)).data.readUInt16LE(2)).toBe(18);
    expect(await host.standard(6, 0x0300, 255)).toMatchObject({ status: stalled, length: 0 });
  });

  it('answers for configuration and alternate setting, and lets resets and cancellations pass', async () => {
    const { host } = session();
    await host.greet();
    const ask = (type: number, body: Buffer) => {
      host.send(encodePacket({ type, id: 9n, body }));
    };
    ask(packetType.reset, Buffer.alloc(0));
    ask(packetType.cancelDataPacket, Buffer.alloc(0));
    ask(packetType.setConfiguration, Buffer.from([1]));
    expect(await host.next()).toMatchObject({ type: packetType.configurationStatus, id: 9n });
    ask(packetType.setAltSetting, Buffer.from([0, 0]));
    expect(await host.next()).toMatchObject({ type: packetType.altSettingStatus, id: 9n });
  });

  it('reads and writes bytes and words of the board, low byte first', async () => {
    const virtual = new VirtualBoard();
    const { host } = session(virtual.bus);
    await host.greet();
    virtual.poke('restoreVoltage', 12_345);
    virtual.poke('watchdogTimeout', 60);
    expect(await host.smbusRead(board, 0x04, 2)).toEqual(Buffer.from([12_345 & 0xff, 12_345 >> 8]));
    expect(await host.smbusRead(board, 0x09, 1)).toEqual(Buffer.from([60]));
    expect(await host.smbusWrite(board, [0x09, 90])).toBe(1);
    expect(await host.smbusWrite(board, [0x04, 0x10, 0x27])).toBe(1);
    expect(virtual.peek('watchdogTimeout')).toBe(90);
    expect(virtual.peek('restoreVoltage')).toBe(10_000);
  });

  it('takes one transfer of the board for each one of the guest', async () => {
    const virtual = new VirtualBoard();
    const transfers: string[] = [];
    virtual.on('transfer', ({ op }) => transfers.push(op));
    const { host } = session(virtual.bus);
    await host.greet();
    await host.smbusRead(board, 0x0d, 1);
    await host.smbusRead(board, 0x00, 2);
    await host.smbusWrite(board, [0x0d, 1]);
    expect(transfers).toEqual(['readByte', 'readWord', 'writeByte']);
  });

  it('acknowledges nobody at another address, to a scan as to a transfer', async () => {
    const { host } = session();
    await host.greet();
    expect(await host.smbusRead(0x50, 0, 1)).toBe('not acknowledged');
    expect(await host.smbusWrite(0x50, [0x09, 1])).toBe(2);
    expect(await host.smbusWrite(0x50, [])).toBe(2);
    expect(await host.smbusWrite(board, [])).toBe(1);
  });

  it('still gives as many bytes as were asked for when a read is not acknowledged', async () => {
    const { host } = session();
    await host.greet();
    expect((await host.in(4 | 1 | 2, read, 0x50, 5)).data).toHaveLength(5);
    expect(await host.status()).toBe(2);
  });

  it('does not acknowledge more than a word: no one knows what the board would do', async () => {
    const virtual = new VirtualBoard();
    const { host } = session(virtual.bus);
    await host.greet();
    expect(await host.smbusWrite(board, [0x09, 1, 2, 3])).toBe(2);
    await host.in(4 | 1 | 2, read, board, 3);
    expect(await host.status()).toBe(2);
    expect(virtual.peek('watchdogTimeout')).toBe(0);
  });

  it('does not acknowledge what the bus refuses, and works again afterwards', async () => {
    const virtual = new VirtualBoard();
    const { host } = session(virtual.bus);
    await host.greet();
    const fault = virtual.faults.add({ kind: 'EREMOTEIO' });
    expect(await host.smbusRead(board, 0x09, 1)).toBe('not acknowledged');
    fault.remove();
    expect(await host.smbusRead(board, 0x09, 1)).toEqual(Buffer.from([0]));
  });

  it('tells what it can, and stalls at what it does not know', async () => {
    const { host } = session();
    await host.greet();
    expect((await host.in(1, 0, 0, 4)).data.readUInt32LE(0)).toBe(0x0eff0009);
    expect((await host.in(0, 0xbeef, 0, 2)).data.readUInt16LE(0)).toBe(0xbeef);
    expect(await host.out(2, 10, 0, Buffer.alloc(0))).toMatchObject({ status: 0 });
    expect(await host.in(8, 0, 0, 1)).toMatchObject({ status: stalled });
    expect(await host.in(255, 0, 0, 1)).toMatchObject({ status: stalled });
  });

  it('ends when QEMU ends the connection', async () => {
    const { host, served } = session();
    await host.greet();
    host.end();
    await expect(served).resolves.toBeUndefined();
  });

  it('gives up a connection that breaks the protocol', async () => {
    const { host, served } = session();
    host.send(Buffer.alloc(64, 0xff));
    await expect(served).rejects.toMatchObject({ code: 'PROTOCOL' });
  });

  it('lets a defect of the bus through, instead of calling it a missing acknowledgement', async () => {
    const defect = new TypeError('a defect');
    const bus = { ...new VirtualBoard().bus, readByte: () => Promise.reject(defect) } as Bus;
    const { host, served } = session(bus);
    await host.greet();
    host.send(
      encodePacket({
        type: packetType.controlPacket,
        id: 1n,
        body: encodeControl({
          ...{ endpoint: 0x80, requestType: 0xc1, request: 7, value: read, index: board, length: 1, status: 0 },
          data: Buffer.alloc(0),
        }),
      }),
    );
    await expect(served).rejects.toBe(defect);
  });
});

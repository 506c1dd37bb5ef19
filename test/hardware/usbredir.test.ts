/** The device's side of usbredir, spoken to as QEMU speaks to it. */
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { packet, PacketReader, STATUS, TYPE, type Packet } from './usbredir-packets.ts';
import { UsbSocket, type SimulatedUsbDevice } from './usbredir.ts';

/** A bulk OUT and a bulk IN endpoint; what comes is sent back. */
function echo(): SimulatedUsbDevice {
  let send: (endpoint: number, data: Uint8Array) => void = () => undefined;
  const body = [9, 4, 0, 0, 2, 0xff, 0, 0, 0, 7, 5, 1, 2, 0, 2, 0, 7, 5, 0x82, 2, 0, 2, 0];
  return {
    device: Uint8Array.of(18, 1, 0, 2, 0, 0, 0, 64, 9, 0x12, 3, 0, 0, 1, 1, 2, 3, 1),
    configuration: Uint8Array.of(9, 2, 9 + body.length, 0, 1, 1, 0, 0x80, 50, ...body),
    strings: ['Kabina', 'Echo', '1'],
    control: () => undefined,
    receive: (_endpoint, data) => send(0x82, data),
    plugged: (sender) => (send = sender),
    listened: () => undefined,
  };
}

/** As much of QEMU as it takes to be talked to. */
class Qemu {
  readonly #socket: Socket;
  readonly #reader = new PacketReader();
  readonly #packets: Packet[] = [];
  #heard: () => void = () => undefined;

  constructor(usb: UsbSocket) {
    const port = Number(/port=(\d+)/.exec(usb.qemuArguments.join(' '))![1]);
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('data', (bytes) => {
      this.#packets.push(...this.#reader.read(bytes));
      this.#heard();
    });
    this.send(TYPE.hello, 0n, Buffer.alloc(68));
  }

  send(type: number, id: bigint, ...body: Uint8Array[]): void {
    this.#socket.write(packet(type, id, ...body));
  }

  async next(): Promise<Packet> {
    while (this.#packets.length === 0) await new Promise<void>((done) => (this.#heard = done));
    return this.#packets.shift()!;
  }

  async types(count: number): Promise<number[]> {
    const types: number[] = [];
    while (types.length < count) types.push((await this.next()).type);
    return types;
  }

  close(): void {
    this.#socket.destroy();
  }
}

const PLUGGED = [TYPE.interfaceInfo, TYPE.endpointInfo, TYPE.deviceConnect];
const bulk = (endpoint: number, length: number): Uint8Array =>
  Uint8Array.of(endpoint, 0, length & 0xff, length >> 8, 0, 0, 0, 0, 0, 0);

async function withQemu(work: (qemu: Qemu, usb: UsbSocket) => Promise<void>): Promise<void> {
  const usb = await UsbSocket.open();
  const qemu = new Qemu(usb);
  try {
    await work(qemu, usb);
  } finally {
    qemu.close();
    await usb.close();
  }
}

test('a stream that is cut anywhere gives the same packets', () => {
  const packets = fc.array(
    fc.record({
      type: fc.nat(110),
      id: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      body: fc.uint8Array({ maxLength: 40 }),
    }),
  );
  fc.assert(
    fc.property(packets, fc.infiniteStream(fc.integer({ min: 1, max: 30 })), (sent, cuts) => {
      const hello = packet(TYPE.hello, 0n, Buffer.alloc(68));
      let left = Buffer.concat([
        hello,
        ...sent.map(({ type, id, body }) => packet(type === 0 ? 1 : type, id, body)),
      ]);
      const reader = new PacketReader();
      const read: Packet[] = [];
      while (left.length > 0) {
        const [size] = [...cuts.take(1)];
        read.push(...reader.read(left.subarray(0, size)));
        left = left.subarray(size!);
      }
      assert.deepEqual(
        read.slice(1).map(({ id, body }) => ({ id, body: [...body] })),
        sent.map(({ id, body }) => ({ id, body: [...body] })),
      );
    }),
  );
});

test('a packet without end is refused', () => {
  const header = Buffer.alloc(12);
  header.writeUInt32LE(0xffff_ffff, 4);
  assert.throws(() => new PacketReader().read(header), RangeError);
});

test('a device describes itself, and its bulk transfers carry messages of any length', () =>
  withQemu(async (qemu, usb) => {
    usb.plug(echo());
    assert.deepEqual(await qemu.types(4), [TYPE.hello, ...PLUGGED]);

    // GET_DESCRIPTOR of string 2, and of string 9, which is not there.
    const ask = (index: number): Uint8Array =>
      Uint8Array.of(0x80, 6, 0x80, 0, index, 3, 0, 0, 255, 0);
    qemu.send(TYPE.control, 7n, ask(2));
    const described = await qemu.next();
    assert.equal(described.id, 7n);
    assert.equal(described.body[3], STATUS.success);
    assert.equal(described.body.subarray(12).toString('utf16le'), 'Echo');
    qemu.send(TYPE.control, 8n, ask(9));
    assert.equal((await qemu.next()).body[3], STATUS.stall);

    const message = Uint8Array.from({ length: 1000 }, (_, at) => at & 0xff);
    qemu.send(TYPE.bulk, 9n, bulk(0x82, 600));
    qemu.send(TYPE.bulk, 10n, bulk(0x01, message.length), message);
    qemu.send(TYPE.bulk, 11n, bulk(0x82, 600));
    const answers = [await qemu.next(), await qemu.next(), await qemu.next()];
    const into = answers.filter(({ body }) => body[0] === 0x82);
    assert.deepEqual(
      into.map(({ id, body }) => [id, body.readUInt16LE(2)]),
      [
        [9n, 600],
        [11n, 400],
      ],
    );
    assert.deepEqual(
      Buffer.concat(into.map(({ body }) => body.subarray(10))),
      Buffer.from(message),
    );
  }));

test('a device that is pulled comes back only when QEMU has seen it go', () =>
  withQemu(async (qemu, usb) => {
    const device = echo();
    usb.plug(device);
    await qemu.types(4);
    qemu.send(TYPE.bulk, 1n, bulk(0x82, 64));
    usb.unplug();
    assert.equal((await qemu.next()).type, TYPE.deviceDisconnect);
    usb.plug(device);
    qemu.send(TYPE.bulk, 2n, bulk(0x01, 1), Uint8Array.of(5));
    const refused = await qemu.next();
    assert.equal(refused.type, TYPE.bulk);
    assert.equal(refused.body[1], STATUS.ioError);
    qemu.send(TYPE.disconnectAck, 0n);
    assert.deepEqual(await qemu.types(3), PLUGGED);
  }));

test('a transfer that QEMU cancels is given up', () =>
  withQemu(async (qemu, usb) => {
    usb.plug(echo());
    await qemu.types(4);
    qemu.send(TYPE.bulk, 1n, bulk(0x82, 64));
    qemu.send(TYPE.cancelData, 1n);
    const cancelled = await qemu.next();
    assert.deepEqual([cancelled.id, cancelled.body[1]], [1n, STATUS.cancelled]);
  }));

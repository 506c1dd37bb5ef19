/**
 * A socket that a simulated USB device is plugged into, and QEMU behind it: the device's side of the
 * usbredir protocol. QEMU connects to it over TCP, and the guest sees a device on its USB bus, which
 * can be pulled out and put back at any moment.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import {
  connectPackets,
  helloBody,
  packet,
  PacketReader,
  STATUS,
  TYPE,
  type DeviceOutline,
  type Packet,
} from './usbredir-packets.ts';

/** A request on the default pipe (USB 2.0, 9.3). */
export interface ControlRequest {
  readonly requestType: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
  /** What the host sends, or nothing. */
  readonly data: Uint8Array;
}

/** A device as far as its functions go: the standard requests are answered for it. */
export interface SimulatedUsbDevice extends DeviceOutline {
  /** String descriptors, from index 1. */
  readonly strings: readonly string[];
  /** Answers a class or vendor request; undefined stalls. */
  control(request: ControlRequest): Uint8Array | undefined;
  /** Takes what came on a bulk OUT endpoint. */
  receive(endpoint: number, data: Uint8Array): void;
  /** It is plugged in: it may send on its IN endpoints, bulk and interrupt. */
  plugged(send: (endpoint: number, data: Uint8Array) => void): void;
  /** The host has begun to listen to an interrupt endpoint. */
  listened(endpoint: number): void;
}

const DEVICE_TO_HOST = 0x80;
const GET_STATUS = 0;
const GET_DESCRIPTOR = 6;
const STANDARD = 0;

/** Transfers that wait for data, and data that waits for a transfer, on one bulk IN endpoint. */
interface Pipe {
  readonly transfers: { readonly id: bigint; readonly length: number }[];
  data: Uint8Array[];
}

export class UsbSocket {
  readonly #server: Server;
  #qemu: Socket | undefined;
  /** The device that QEMU knows of. */
  #device: SimulatedUsbDevice | undefined;
  /** Is plugged in as soon as QEMU is there and the one before it is gone. */
  #next: SimulatedUsbDevice | undefined;
  #configuration = 1;
  #pipes = new Map<number, Pipe>();
  #interrupts = new Set<number>();
  #interruptId = 0n;
  /** QEMU has not yet said that it has seen the device go. */
  #leaving = false;
  #greeted = false;

  private constructor(server: Server) {
    this.#server = server;
    // One QEMU, once.
    server.once('connection', (socket) => this.#connected(socket));
  }

  /** Listens on the loopback. */
  static async open(): Promise<UsbSocket> {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new UsbSocket(server);
  }

  /** What QEMU must be told to have this socket on its USB bus. */
  get qemuArguments(): string[] {
    const { port } = this.#server.address() as AddressInfo;
    return [
      ...['-chardev', `socket,id=usbredir${port},host=127.0.0.1,port=${port}`],
      ...['-device', `usb-redir,chardev=usbredir${port},bus=xhci.0`],
    ];
  }

  /** Plugs a device in, at once or as soon as QEMU is there and the one before it is gone. */
  plug(device: SimulatedUsbDevice): void {
    this.#next = device;
    if (this.#greeted && !this.#leaving) this.#connect();
  }

  /** Pulls the device out, whatever is under way: its transfers are lost. */
  unplug(): void {
    this.#next = undefined;
    if (this.#device === undefined) return;
    this.#forget();
    this.#leaving = true;
    this.#send(TYPE.deviceDisconnect, 0n);
  }

  async close(): Promise<void> {
    this.#qemu?.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #connected(socket: Socket): void {
    this.#qemu = socket;
    const reader = new PacketReader();
    socket.on('data', (bytes) => {
      for (const received of reader.read(bytes)) this.#take(received);
    });
    // QEMU is killed when its guest has done its work.
    socket.on('error', () => undefined);
    socket.write(packet(TYPE.hello, 0n, helloBody()));
  }

  #connect(): void {
    const device = this.#next;
    if (device === undefined) return;
    this.#next = undefined;
    this.#device = device;
    for (const part of connectPackets(device)) this.#qemu?.write(part);
    device.plugged((endpoint, data) => {
      if (this.#device === device) this.#deliver(endpoint, data);
    });
  }

  #forget(): void {
    this.#device = undefined;
    this.#pipes.clear();
    this.#interrupts.clear();
    this.#configuration = 1;
  }

  #send(type: number, id: bigint, ...body: readonly Uint8Array[]): void {
    this.#qemu?.write(packet(type, id, ...body));
  }

  #take({ type, id, body }: Packet): void {
    switch (type) {
      case TYPE.hello:
        this.#greeted = true;
        return this.#connect();
      case TYPE.disconnectAck:
        this.#leaving = false;
        return this.#connect();
      case TYPE.reset:
      case TYPE.filterReject:
      case TYPE.filterFilter:
        return;
      case TYPE.setConfiguration:
        this.#configuration = body[0]!;
        return this.#send(
          TYPE.configurationStatus,
          id,
          Uint8Array.of(STATUS.success, this.#configuration),
        );
      case TYPE.getConfiguration:
        return this.#send(
          TYPE.configurationStatus,
          id,
          Uint8Array.of(STATUS.success, this.#configuration),
        );
      case TYPE.setAltSetting:
      case TYPE.getAltSetting: {
        // Simulated devices have no alternate settings but the first.
        const alt = type === TYPE.setAltSetting ? body[1]! : 0;
        const status = alt === 0 ? STATUS.success : STATUS.stall;
        return this.#send(TYPE.altSettingStatus, id, Uint8Array.of(status, body[0]!, 0));
      }
      case TYPE.startInterrupt:
      case TYPE.stopInterrupt: {
        const endpoint = body[0]!;
        this.#send(TYPE.interruptStatus, id, Uint8Array.of(STATUS.success, endpoint));
        if (type === TYPE.startInterrupt) {
          this.#interrupts.add(endpoint);
          this.#device?.listened(endpoint);
        } else this.#interrupts.delete(endpoint);
        return;
      }
      case TYPE.cancelData:
        return this.#cancel(id);
      case TYPE.control:
        return this.#control(id, body);
      case TYPE.bulk:
        return this.#bulk(id, body);
      default:
        throw new RangeError(`a usbredir packet of type ${type}, which no such device has`);
    }
  }

  /** `endpoint request requestType status value index length`, then the data of the host. */
  #control(id: bigint, body: Buffer): void {
    const header = Buffer.from(body.subarray(0, 10));
    const requestType = body[2]!;
    const length = body.readUInt16LE(8);
    const answer =
      this.#device === undefined
        ? undefined
        : answerControl(this.#device, {
            requestType,
            request: body[1]!,
            value: body.readUInt16LE(4),
            index: body.readUInt16LE(6),
            data: body.subarray(10),
          })?.subarray(0, length);
    header[3] = answer === undefined ? STATUS.stall : STATUS.success;
    const isIn = (requestType & DEVICE_TO_HOST) !== 0;
    header.writeUInt16LE(isIn ? (answer?.length ?? 0) : length, 8);
    this.#send(TYPE.control, id, header, isIn && answer !== undefined ? answer : new Uint8Array(0));
  }

  /** `endpoint status length stream length-high`, then the data of the host. */
  #bulk(id: bigint, body: Buffer): void {
    const endpoint = body[0]!;
    const length = body.readUInt16LE(2) + body.readUInt16LE(8) * 0x1_0000;
    if ((endpoint & DEVICE_TO_HOST) !== 0) {
      const pipe = this.#pipe(endpoint);
      pipe.transfers.push({ id, length });
      this.#flush(endpoint, pipe);
      return;
    }
    const status = this.#device === undefined ? STATUS.ioError : STATUS.success;
    this.#send(TYPE.bulk, id, bulkHeader(endpoint, status, length));
    this.#device?.receive(endpoint, Uint8Array.from(body.subarray(10)));
  }

  #cancel(id: bigint): void {
    for (const [endpoint, { transfers }] of this.#pipes) {
      const index = transfers.findIndex((transfer) => transfer.id === id);
      if (index < 0) continue;
      transfers.splice(index, 1);
      this.#send(TYPE.bulk, id, bulkHeader(endpoint, STATUS.cancelled, 0));
    }
  }

  #pipe(endpoint: number): Pipe {
    let pipe = this.#pipes.get(endpoint);
    if (pipe === undefined) this.#pipes.set(endpoint, (pipe = { transfers: [], data: [] }));
    return pipe;
  }

  #deliver(endpoint: number, data: Uint8Array): void {
    if (this.#interrupts.has(endpoint)) {
      const header = Buffer.alloc(4);
      header[0] = endpoint;
      header.writeUInt16LE(data.length, 2);
      this.#send(TYPE.interrupt, this.#interruptId++, header, data);
      return;
    }
    // What is said on an interrupt endpoint while nobody listens is lost, as on a real bus.
    if (!isBulk(this.#device!.configuration, endpoint)) return;
    const pipe = this.#pipe(endpoint);
    pipe.data.push(data);
    this.#flush(endpoint, pipe);
  }

  /** A short packet ends a transfer; a message that is longer than the transfer fills the next ones. */
  #flush(endpoint: number, pipe: Pipe): void {
    while (pipe.transfers.length > 0 && pipe.data.length > 0) {
      const { id, length } = pipe.transfers.shift()!;
      const message = pipe.data[0]!;
      const part = message.subarray(0, length);
      if (part.length === message.length) pipe.data.shift();
      else pipe.data[0] = message.subarray(length);
      this.#send(TYPE.bulk, id, bulkHeader(endpoint, STATUS.success, part.length), part);
    }
  }
}

function bulkHeader(endpoint: number, status: number, length: number): Buffer {
  const header = Buffer.alloc(10);
  header[0] = endpoint;
  header[1] = status;
  header.writeUInt16LE(length & 0xffff, 2);
  header.writeUInt16LE(length >>> 16, 8);
  return header;
}

function isBulk(configuration: Uint8Array, endpoint: number): boolean {
  for (let at = 0; at < configuration.length; at += configuration[at]!) {
    if (configuration[at + 1] === 5 && configuration[at + 2] === endpoint) {
      return (configuration[at + 3]! & 3) === 2;
    }
  }
  return false;
}

/** The standard requests (USB 2.0, 9.4), and the device's own. */
function answerControl(
  device: SimulatedUsbDevice,
  request: ControlRequest,
): Uint8Array | undefined {
  if (((request.requestType >> 5) & 3) !== STANDARD) return device.control(request);
  if ((request.requestType & DEVICE_TO_HOST) === 0) return new Uint8Array(0);
  if (request.request === GET_STATUS) return Uint8Array.of(0, 0);
  if (request.request !== GET_DESCRIPTOR) return undefined;
  const index = request.value & 0xff;
  switch (request.value >> 8) {
    case 1:
      return device.device;
    case 2:
      return index === 0 ? device.configuration : undefined;
    case 3:
      return stringDescriptor(device.strings, index);
    default:
      return undefined;
  }
}

/** Index 0 is the list of languages: English (United States) alone. */
function stringDescriptor(strings: readonly string[], index: number): Uint8Array | undefined {
  const text = index === 0 ? undefined : strings[index - 1];
  if (index !== 0 && text === undefined) return undefined;
  const content =
    text === undefined ? Uint8Array.of(0x09, 0x04) : new Uint8Array(Buffer.from(text, 'utf16le'));
  return Uint8Array.of(content.length + 2, 3, ...content);
}

/// <reference types="w3c-web-usb" preserve="true" />
/** Printing over a simulated USB device that behaves as Chromium's WebUSB and as printers do. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { usbPrinter, type PrinterResult, type UsbPrinter } from './receipt-printer.ts';

type Direction = 'in' | 'out';

class UsbEvent extends Event {
  readonly device: SimulatedPrinter;
  constructor(type: string, device: SimulatedPrinter) {
    super(type);
    this.device = device;
  }
}

/** A printer on USB: one interface with a bulk pipe out and, mostly, one back. */
class SimulatedPrinter {
  readonly vendorId = 0x04b8;
  readonly productId = 0x0e28;
  configuration: { configurationValue: number } | null = null;
  configurations;
  opened = false;
  claimed = false;
  /** Everything that was printed: what came and was no status request. */
  readonly paper: number[] = [];
  readonly chunks: number[] = [];
  locked = false;
  /** The kernel's usblp has it. */
  taken = false;
  noPaper = false;
  coverOpen = false;
  /** Whether it answers DLE EOT, and whether its port knows about paper. */
  talks = true;
  portTalks = true;
  /** It takes that many bytes and then no more. */
  room = Infinity;
  stalls = false;
  #answers: Uint8Array[] = [];
  #reading: ((answer: Uint8Array) => void) | undefined;
  #hung: ((error: Error) => void)[] = [];

  constructor(interfaceClass = 7, protocol = 2, directions: readonly Direction[] = ['out', 'in']) {
    const endpoints = directions.map((direction) => ({
      endpointNumber: direction === 'out' ? 1 : 2,
      direction,
      type: 'bulk',
      packetSize: 64,
    }));
    const alternate = {
      alternateSetting: 0,
      interfaceClass,
      interfaceSubclass: 1,
      interfaceProtocol: protocol,
      endpoints,
    };
    this.configurations = [
      { configurationValue: 1, interfaces: [{ interfaceNumber: 0, alternates: [alternate] }] },
    ];
  }

  async open(): Promise<void> {
    if (this.locked) throw new DOMException('Access denied.', 'SecurityError');
    this.opened = true;
  }

  async close(): Promise<void> {
    this.opened = false;
    this.claimed = false;
    for (const reject of this.#hung.splice(0)) {
      reject(new DOMException('The transfer was cancelled.', 'AbortError'));
    }
  }

  async selectConfiguration(configurationValue: number): Promise<void> {
    this.configuration = { configurationValue };
  }

  async claimInterface(): Promise<void> {
    if (this.configuration === null)
      throw new DOMException('No configuration.', 'InvalidStateError');
    if (this.taken) throw new DOMException('Unable to claim interface.', 'NetworkError');
    this.claimed = true;
  }

  async controlTransferIn(setup: USBControlTransferParameters, length: number) {
    this.#check();
    assert.deepEqual(
      [setup.requestType, setup.recipient, setup.request],
      ['class', 'interface', 1],
    );
    if (!this.portTalks) return { status: 'stall' };
    const status = this.noPaper ? 0x38 : 0x18;
    return { status: 'ok', data: new DataView(Uint8Array.of(status).buffer, 0, length) };
  }

  async transferOut(endpoint: number, data: Uint8Array) {
    this.#check();
    assert.equal(endpoint, 1);
    if (data.length === 3 && data[0] === 0x10 && data[1] === 0x04) {
      if (this.talks) this.#answer(data[2] ?? 0);
      return { status: 'ok', bytesWritten: 3 };
    }
    if (this.stalls) return { status: 'stall', bytesWritten: 0 };
    if (this.paper.length + data.length > this.room) {
      return new Promise((_, reject) => this.#hung.push(reject));
    }
    this.chunks.push(data.length);
    this.paper.push(...data);
    return { status: 'ok', bytesWritten: data.length };
  }

  async transferIn(endpoint: number) {
    this.#check();
    assert.equal(endpoint, 2);
    const answer =
      this.#answers.shift() ??
      (await new Promise<Uint8Array>((resolve, reject) => {
        assert.equal(this.#reading, undefined, 'one question at a time');
        this.#reading = resolve;
        this.#hung.push(reject);
      }));
    return { status: 'ok', data: new DataView(answer.slice().buffer) };
  }

  #answer(n: number): void {
    const bits = n === 4 && this.noPaper ? 0x60 : n === 2 && this.coverOpen ? 0x04 : 0;
    const answer = Uint8Array.of(0x12 | bits);
    const read = this.#reading;
    this.#reading = undefined;
    if (read) read(answer);
    else this.#answers.push(answer);
  }

  #check(): void {
    if (!this.claimed) throw new DOMException('The device must be claimed.', 'InvalidStateError');
  }
}

class SimulatedUsb extends EventTarget {
  readonly usb = this as unknown as USB;
  devices: SimulatedPrinter[] = [];
  chosen: SimulatedPrinter | undefined;

  async getDevices() {
    return this.devices;
  }

  async requestDevice({ filters }: USBDeviceRequestOptions) {
    assert.deepEqual(filters, [{ classCode: 7 }]);
    if (!this.chosen) throw new DOMException('No device selected.', 'NotFoundError');
    this.devices.push(this.chosen);
    return this.chosen;
  }

  plug(device: SimulatedPrinter): void {
    this.devices.push(device);
    this.dispatchEvent(new UsbEvent('connect', device));
  }

  unplug(device: SimulatedPrinter): void {
    this.devices = this.devices.filter((one) => one !== device);
    this.dispatchEvent(new UsbEvent('disconnect', device));
    void device.close();
  }
}

const code = (result: PrinterResult) => (result.ok ? 'ok' : result.problem.code);
const PAGE = Uint8Array.from({ length: 2_500 }, (_, i) => i % 251);

async function ready(device = new SimulatedPrinter()): Promise<{
  usb: SimulatedUsb;
  device: SimulatedPrinter;
  printer: UsbPrinter;
}> {
  const usb = new SimulatedUsb();
  usb.devices = [device];
  const printer = usbPrinter(usb.usb);
  assert.equal(code(await printer.open()), 'ok');
  return { usb, device, printer };
}

/** Lets mocked time pass until the work is done. */
async function patiently<T>(context: TestContext, work: Promise<T>): Promise<T> {
  let done = false;
  void work.then(() => (done = true));
  while (!done) {
    await new Promise((go) => setImmediate(go));
    context.mock.timers.tick(500);
  }
  return work;
}

test('bytes come out as they went in, in chunks, one page after another', async () => {
  const { device, printer } = await ready();
  assert.deepEqual([printer.ready, device.claimed], [true, true]);
  const results = await Promise.all([printer.print(PAGE), printer.print(Uint8Array.of(7))]);
  assert.deepEqual(results.map(code), ['ok', 'ok']);
  assert.deepEqual(device.paper, [...PAGE, 7]);
  assert.deepEqual(device.chunks, [1_024, 1_024, 452, 1]);
  await printer.close();
  assert.deepEqual([printer.ready, device.opened], [false, false]);
});

test('no paper and an open cover are told before anything is sent', async () => {
  for (const [talks, portTalks] of [
    [true, false],
    [false, true],
  ] as const) {
    const { device, printer } = await ready();
    Object.assign(device, { talks, portTalks, noPaper: true });
    assert.equal(code(await printer.print(PAGE)), 'printer.paper');
    assert.deepEqual(device.paper, []);
    Object.assign(device, { noPaper: false, talks: true });
    assert.equal(code(await printer.print(PAGE)), 'ok', 'after new paper it prints');
  }
  const { device, printer } = await ready();
  device.coverOpen = true;
  assert.equal(code(await printer.print(PAGE)), 'printer.cover');
});

test('paper that ends on the way is told', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { device, printer } = await ready();
  device.room = 1_500;
  const printing = printer.print(PAGE);
  while (device.chunks.length === 0) await new Promise((go) => setImmediate(go));
  device.noPaper = true;
  assert.equal(code(await patiently(context, printing)), 'printer.paper');
});

test('a printer that says nothing prints; one that takes nothing is given up and claimed anew', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { device, printer } = await ready();
  Object.assign(device, { talks: false, portTalks: false });
  assert.equal(code(await patiently(context, printer.print(PAGE))), 'ok');
  device.room = device.paper.length;
  assert.equal(code(await patiently(context, printer.print(PAGE))), 'printer.mute');
  assert.deepEqual([printer.ready, device.opened], [false, false]);
  device.room = Infinity;
  assert.equal(code(await patiently(context, printer.print(PAGE))), 'ok');
});

test('a printer that only listens is asked nothing', async () => {
  const { device, printer } = await ready(new SimulatedPrinter(7, 1, ['out']));
  assert.equal(code(await printer.print(PAGE)), 'ok');
  assert.equal(device.paper.length, PAGE.length);
});

test('it may be pulled, also while it prints, and come back', async () => {
  const { usb, device, printer } = await ready();
  const changes: boolean[] = [];
  printer.addEventListener('change', () => changes.push(printer.ready));
  device.room = 1_100;
  const printing = printer.print(PAGE);
  while (device.chunks.length === 0) await new Promise((go) => setImmediate(go));
  usb.unplug(device);
  assert.equal(code(await printing), 'printer.removed');
  assert.equal(code(await printer.print(PAGE)), 'printer.none');
  device.room = Infinity;
  usb.plug(device);
  assert.equal(code(await printer.print(PAGE)), 'ok');
  assert.deepEqual(changes, [false, true]);
});

test('a transfer that fails is told, and the printer claimed anew', async () => {
  const { device, printer } = await ready();
  device.stalls = true;
  assert.equal(code(await printer.print(PAGE)), 'printer.failed');
  device.stalls = false;
  assert.equal(code(await printer.print(PAGE)), 'ok');
});

test('what stands in the way at opening is told apart', async () => {
  const usb = new SimulatedUsb();
  const printer = usbPrinter(usb.usb);
  assert.equal(code(await printer.open()), 'printer.none');
  assert.equal(code(await printer.choose()), 'printer.none', 'a person may say no');
  const device = new SimulatedPrinter();
  usb.chosen = device;
  device.locked = true;
  assert.equal(code(await printer.choose()), 'printer.denied');
  Object.assign(device, { locked: false, taken: true });
  assert.equal(code(await printer.open()), 'printer.busy');
  device.taken = false;
  assert.equal(code(await printer.choose()), 'ok');
  // IPP over USB, and a printer class without a pipe.
  for (const other of [
    new SimulatedPrinter(7, 4),
    new SimulatedPrinter(7, 2, ['in']),
    new SimulatedPrinter(8),
  ]) {
    usb.chosen = other;
    assert.equal(code(await printer.choose()), 'printer.unsupported');
  }
});

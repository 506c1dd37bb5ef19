/**
 * A simulated USB bus with CCID devices on it, behind the parts of the WebUSB API that the driver
 * uses (`usb-api.ts`), with the errors that Chromium throws. For tests and demonstrations without
 * hardware.
 */
import { SMART_CARD_CLASS } from '../ccid-descriptor.ts';
import type {
  Usb,
  UsbConfiguration,
  UsbDevice,
  UsbEvent,
  UsbInResult,
  UsbOutResult,
  UsbSetup,
} from '../usb-api.ts';
import {
  BULK_PACKET,
  ENDPOINTS,
  INTERRUPT_PACKET,
  configurationDescriptor,
} from './ccid-descriptors.ts';
import type { CcidDevice } from './ccid-device.ts';

export interface SimulatedUsbOptions {
  /** A plain https page: nobody may claim the smart-card class. */
  readonly protectedClass?: boolean;
  /** The browser hands out no descriptors. */
  readonly noDescriptors?: boolean;
}

/** The bus. Devices on it have been granted to the page. */
export class SimulatedUsb implements Usb {
  readonly options: SimulatedUsbOptions;
  readonly #events = new EventTarget();
  #devices: SimulatedUsbDevice[] = [];
  /** What the person picks in the chooser; undefined cancels it. */
  chosen: CcidDevice | undefined;

  constructor(options: SimulatedUsbOptions = {}) {
    this.options = options;
  }

  addEventListener(type: 'connect' | 'disconnect', listener: (event: UsbEvent) => void): void {
    this.#events.addEventListener(type, listener as EventListener);
  }

  removeEventListener(type: 'connect' | 'disconnect', listener: (event: UsbEvent) => void): void {
    this.#events.removeEventListener(type, listener as EventListener);
  }

  getDevices(): Promise<UsbDevice[]> {
    return Promise.resolve([...this.#devices]);
  }

  requestDevice(): Promise<UsbDevice> {
    if (!this.chosen) {
      return Promise.reject(new DOMException('No device selected.', 'NotFoundError'));
    }
    const device = new SimulatedUsbDevice(this, this.chosen);
    this.#devices.push(device);
    return Promise.resolve(device);
  }

  /** Puts a device on the bus. */
  plug(ccid: CcidDevice): SimulatedUsbDevice {
    const device = new SimulatedUsbDevice(this, ccid);
    this.#devices.push(device);
    this.#events.dispatchEvent(new DeviceEvent('connect', device));
    return device;
  }

  /** Pulls it. */
  unplug(ccid: CcidDevice): void {
    const gone = this.#devices.filter((device) => device.ccid === ccid);
    this.#devices = this.#devices.filter((device) => device.ccid !== ccid);
    for (const device of gone) {
      device.detach();
      this.#events.dispatchEvent(new DeviceEvent('disconnect', device));
    }
  }
}

class DeviceEvent extends Event implements UsbEvent {
  readonly device: UsbDevice;

  constructor(type: 'connect' | 'disconnect', device: UsbDevice) {
    super(type);
    this.device = device;
  }
}

interface Pending {
  readonly length: number;
  readonly resolve: (result: UsbInResult) => void;
  readonly reject: (error: Error) => void;
}

export class SimulatedUsbDevice implements UsbDevice {
  readonly ccid: CcidDevice;
  readonly manufacturerName: string;
  readonly productName: string;
  readonly configurations: readonly UsbConfiguration[];
  configuration: UsbConfiguration | null = null;
  opened = false;
  /** Another program holds the interface. */
  busy = false;
  /** The next bulk-in transfer is refused. */
  stalls = false;
  readonly #usb: SimulatedUsb;
  #attached = true;
  #claimed = false;
  readonly #queues = new Map<number, Uint8Array[]>();
  readonly #pending = new Map<number, Pending[]>();

  constructor(usb: SimulatedUsb, ccid: CcidDevice) {
    this.#usb = usb;
    this.ccid = ccid;
    const { manufacturer, product, interfaceClass, interrupt } = ccid.identity;
    this.manufacturerName = manufacturer;
    this.productName = product;
    const bulk = { type: 'bulk', packetSize: BULK_PACKET } as const;
    const endpoints = [
      { endpointNumber: ENDPOINTS.bulkOut, direction: 'out', ...bulk } as const,
      { endpointNumber: ENDPOINTS.bulkIn, direction: 'in', ...bulk } as const,
    ];
    const notifies = {
      endpointNumber: ENDPOINTS.interruptIn,
      direction: 'in',
      type: 'interrupt',
      packetSize: INTERRUPT_PACKET,
    } as const;
    const alternate = {
      alternateSetting: 0,
      interfaceClass,
      endpoints: interrupt ? [...endpoints, notifies] : endpoints,
    };
    const interfaces = [{ interfaceNumber: 0, alternates: [alternate] }];
    this.configurations = [{ configurationValue: 1, interfaces }];
    ccid.onNotification = (bytes) => {
      if (this.#claimed && interrupt) this.#deliver(ENDPOINTS.interruptIn, bytes);
    };
    ccid.onUnplug = () => {
      usb.unplug(ccid);
    };
  }

  async open(): Promise<void> {
    await this.#turn();
    this.opened = true;
  }

  async close(): Promise<void> {
    await Promise.resolve();
    this.opened = false;
    this.#claimed = false;
    this.#abandon(new DOMException('The transfer was cancelled.', 'AbortError'));
  }

  async selectConfiguration(value: number): Promise<void> {
    await this.#turn();
    const found = this.configurations.find((each) => each.configurationValue === value);
    if (!found) throw new DOMException('There is no such configuration.', 'NotFoundError');
    this.configuration = found;
  }

  async claimInterface(): Promise<void> {
    await this.#turn();
    const { interfaceClass, interrupt } = this.ccid.identity;
    if (this.#usb.options.protectedClass && interfaceClass === SMART_CARD_CLASS) {
      throw new DOMException('The interface implements a protected class.', 'SecurityError');
    }
    if (this.busy) throw new DOMException('Unable to claim interface.', 'NetworkError');
    this.#claimed = true;
    if (interrupt) this.#deliver(ENDPOINTS.interruptIn, this.ccid.notification);
  }

  async releaseInterface(): Promise<void> {
    await this.#turn();
    this.#claimed = false;
    this.#abandon(new DOMException('The transfer was cancelled.', 'AbortError'));
  }

  async selectAlternateInterface(): Promise<void> {
    await this.#turn();
  }

  async controlTransferIn(setup: UsbSetup): Promise<UsbInResult> {
    await this.#turn();
    if (this.#usb.options.noDescriptors) throw new DOMException('Not allowed.', 'SecurityError');
    const { recipient, request, value } = setup;
    if (recipient !== 'device' || request !== 0x06 || value !== 0x0200) return { status: 'stall' };
    const { buffer } = configurationDescriptor(this.ccid.identity);
    return { status: 'ok', data: new DataView(buffer) };
  }

  async controlTransferOut(setup: UsbSetup): Promise<UsbOutResult> {
    await this.#turn();
    const { requestType, request, value } = setup;
    if (requestType === 'class' && request === 0x01) {
      this.ccid.abort(value & 0xff, value >> 8);
    }
    return { status: 'ok', bytesWritten: 0 };
  }

  async transferIn(endpointNumber: number, length: number): Promise<UsbInResult> {
    await this.#turn();
    this.#needsClaim();
    if (endpointNumber === ENDPOINTS.bulkIn && this.stalls) return { status: 'stall' };
    return await new Promise((resolve, reject) => {
      const pending = this.#pending.get(endpointNumber) ?? [];
      pending.push({ length, resolve, reject });
      this.#pending.set(endpointNumber, pending);
      this.#settle(endpointNumber);
    });
  }

  async transferOut(endpointNumber: number, data: BufferSource): Promise<UsbOutResult> {
    await this.#turn();
    this.#needsClaim();
    if (endpointNumber !== ENDPOINTS.bulkOut) throw new DOMException('No such.', 'NotFoundError');
    const bytes = ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
      : new Uint8Array(data).slice();
    void this.ccid.receive(bytes).then((messages) => {
      for (const message of messages) this.#deliver(ENDPOINTS.bulkIn, message);
    });
    return { status: 'ok', bytesWritten: bytes.length };
  }

  async clearHalt(): Promise<void> {
    await this.#turn();
    this.stalls = false;
  }

  /** The device leaves the bus. */
  detach(): void {
    this.#attached = false;
    this.opened = false;
    this.#claimed = false;
    this.#abandon(new DOMException('The device was disconnected.', 'NotFoundError'));
  }

  /** Nothing of the API answers at once, and nothing where the device is gone. */
  async #turn(): Promise<void> {
    await Promise.resolve();
    if (!this.#attached) throw new DOMException('The device was disconnected.', 'NotFoundError');
  }

  #needsClaim(): void {
    if (this.opened && this.#claimed) return;
    throw new DOMException('The interface is not claimed.', 'InvalidStateError');
  }

  #deliver(endpoint: number, bytes: Uint8Array): void {
    const queue = this.#queues.get(endpoint) ?? [];
    queue.push(bytes);
    this.#queues.set(endpoint, queue);
    this.#settle(endpoint);
  }

  #settle(endpoint: number): void {
    const queue = this.#queues.get(endpoint);
    const pending = this.#pending.get(endpoint);
    while (queue?.length && pending?.length) {
      const bytes = queue.shift()!.slice();
      const { length, resolve } = pending.shift()!;
      const fits = bytes.length <= length;
      resolve(fits ? { status: 'ok', data: new DataView(bytes.buffer) } : { status: 'babble' });
    }
  }

  #abandon(error: Error): void {
    this.#queues.clear();
    const pending = [...this.#pending.values()].flat();
    this.#pending.clear();
    for (const { reject } of pending) reject(error);
  }
}

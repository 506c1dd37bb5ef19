/**
 * The parts of the WebUSB API (https://wicg.github.io/webusb/) that the drivers use, as types that
 * `navigator.usb`, npm's `usb` for Node and a simulated bus all fit; and what their errors mean.
 */
import { fail, type Result, type TransportCode } from './result.ts';

export interface UsbEndpoint {
  readonly endpointNumber: number;
  readonly direction: 'in' | 'out';
  readonly type: 'bulk' | 'interrupt' | 'isochronous';
  readonly packetSize: number;
}

export interface UsbAlternate {
  readonly alternateSetting: number;
  readonly interfaceClass: number;
  readonly endpoints: readonly UsbEndpoint[];
}

export interface UsbInterface {
  readonly interfaceNumber: number;
  readonly alternates: readonly UsbAlternate[];
}

export interface UsbConfiguration {
  readonly configurationValue: number;
  readonly interfaces: readonly UsbInterface[];
}

export interface UsbSetup {
  readonly requestType: 'standard' | 'class' | 'vendor';
  readonly recipient: 'device' | 'interface' | 'endpoint' | 'other';
  readonly request: number;
  readonly value: number;
  readonly index: number;
}

export interface UsbInResult {
  readonly status?: 'ok' | 'stall' | 'babble' | undefined;
  readonly data?: DataView | undefined;
}

export interface UsbOutResult {
  readonly status?: 'ok' | 'stall' | 'babble' | undefined;
  readonly bytesWritten: number;
}

export interface UsbDevice {
  readonly manufacturerName?: string | null | undefined;
  readonly productName?: string | null | undefined;
  readonly configuration?: UsbConfiguration | null | undefined;
  readonly configurations: readonly UsbConfiguration[];
  readonly opened: boolean;
  open(): Promise<void>;
  close(): Promise<void>;
  selectConfiguration(value: number): Promise<void>;
  claimInterface(interfaceNumber: number): Promise<void>;
  releaseInterface(interfaceNumber: number): Promise<void>;
  selectAlternateInterface(interfaceNumber: number, alternateSetting: number): Promise<void>;
  /** The `timeout`, in milliseconds, is npm's alone (a second if absent); browsers ignore it. */
  controlTransferIn(setup: UsbSetup, length: number, timeout?: number): Promise<UsbInResult>;
  controlTransferOut(setup: UsbSetup, data: BufferSource, timeout?: number): Promise<UsbOutResult>;
  transferIn(endpointNumber: number, length: number, timeout?: number): Promise<UsbInResult>;
  transferOut(endpointNumber: number, data: BufferSource, timeout?: number): Promise<UsbOutResult>;
  clearHalt(direction: 'in' | 'out', endpointNumber: number): Promise<void>;
}

export interface UsbEvent extends Event {
  readonly device: UsbDevice;
}

export interface Usb {
  getDevices(): Promise<UsbDevice[]>;
  requestDevice(options: { filters: { classCode?: number }[] }): Promise<UsbDevice>;
  addEventListener(type: 'connect' | 'disconnect', listener: (event: UsbEvent) => void): void;
  removeEventListener(type: 'connect' | 'disconnect', listener: (event: UsbEvent) => void): void;
}

/**
 * Whether two objects stand for one device. Browsers have one object for a device; npm's `usb` makes
 * a new one each time and gives it a `handle`.
 */
export function sameDevice(one: UsbDevice, other: UsbDevice): boolean {
  if (one === other) return true;
  const handle = handleOf(one);
  return handle !== undefined && handle === handleOf(other);
}

function handleOf(device: UsbDevice): string | undefined {
  const { handle } = device as { handle?: unknown };
  return typeof handle === 'string' ? handle : undefined;
}

/** What an error of the API says about a transfer or about opening. */
export type UsbFailure = 'cancelled' | 'stall' | 'gone' | 'busy' | 'denied' | 'other';

/**
 * Browsers name their errors (DOMException); npm's `usb` throws plain errors whose sentence ends
 * with what nusb, libusb or the kernel said.
 */
export function usbFailure(error: unknown): UsbFailure {
  const { name = '', message = '' } = error instanceof Error ? error : {};
  switch (name) {
    case 'SecurityError':
    case 'NotAllowedError':
      return 'denied';
    case 'NotFoundError':
    case 'InvalidStateError':
      return 'gone';
    case 'AbortError':
    case 'TimeoutError':
      return 'cancelled';
    case 'NetworkError':
      return /claim/i.test(message) ? 'busy' : 'other';
  }
  if (/cancel|timed?[ _]?out/i.test(message)) return 'cancelled';
  if (/stall|pipe/i.test(message)) return 'stall';
  if (/busy|in use/i.test(message)) return 'busy';
  if (/access|permission|denied/i.test(message)) return 'denied';
  if (/disconnect|no[ _]?device|not found|invalid state/i.test(message)) return 'gone';
  return 'other';
}

const CODES: Readonly<Record<UsbFailure, TransportCode>> = {
  cancelled: 'transport.mute',
  stall: 'transport.protocol',
  gone: 'transport.removed',
  busy: 'transport.busy',
  denied: 'transport.denied',
  other: 'transport.removed',
};

/** A failed result of what the API threw while `doing` something. Never holds what was sent. */
export function usbProblem(error: unknown, doing: string): Result<never> {
  const failure = usbFailure(error);
  const name = error instanceof Error ? error.name : typeof error;
  return fail(CODES[failure], `USB failed at ${doing}: ${failure} (${name}).`);
}

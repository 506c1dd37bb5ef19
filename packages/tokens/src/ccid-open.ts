/**
 * Finds the CCID interface of a USB device, opens it and asks what the reader can do.
 *
 * A reader is an interface of class 0x0B; or of the vendor class 0xFF if a valid smart-card class
 * descriptor stands behind it, as with tokens that a page may drive without a privilege.
 */
import { CcidBus, type CcidPlace } from './ccid-bus.ts';
import {
  ASSUMED_DESCRIPTOR,
  SMART_CARD_CLASS,
  VENDOR_CLASS,
  decodeConfiguration,
  type InterfaceDescriptor,
} from './ccid-descriptor.ts';
import { fail, ok, type Result } from './result.ts';
import { usbProblem, type UsbAlternate, type UsbConfiguration, type UsbDevice } from './usb-api.ts';

/** Standard request GET_DESCRIPTOR and its type for a configuration (USB 2.0, 9.4.3). */
const GET_DESCRIPTOR = 0x06;
const CONFIGURATION = 0x0200;
const MOST_CONFIGURATION = 4096;
const CONTROL_TIME = 1000;

interface Candidate {
  readonly place: CcidPlace;
  /** Of its configuration, for GET_DESCRIPTOR. */
  readonly index: number;
  readonly vendor: boolean;
}

/**
 * Opens the device's reader. `transport.unsupported` where it has none, `transport.denied` where the
 * browser keeps the class to itself, `transport.busy` where another program holds it,
 * `transport.removed`. Never rejects; a device that is no reader is left closed.
 *
 * @param timeout milliseconds of silence after which the reader is mute
 */
export async function openCcid(device: UsbDevice, timeout: number): Promise<Result<CcidBus>> {
  const candidates = candidatesOf(device);
  let problem: Result<never> = fail('transport.unsupported', 'The device is no smart-card reader.');
  if (candidates.length === 0) return problem;
  try {
    if (!device.opened) await device.open();
  } catch (error) {
    return usbProblem(error, 'opening');
  }
  for (const candidate of candidates) {
    const bus = await claim(device, candidate, timeout);
    if (bus.ok) return bus;
    // Why a real reader can't be had says more than that another interface is none.
    if (bus.problem.code !== 'transport.unsupported') problem = bus;
  }
  await device.close().catch(() => undefined);
  return problem;
}

/** Interfaces that may be a reader: those of the smart-card class first. */
function candidatesOf(device: UsbDevice): Candidate[] {
  const found: Candidate[] = [];
  let configurations: readonly UsbConfiguration[] = [];
  try {
    ({ configurations } = device);
  } catch {
    // npm's `usb` asks the device for them, and it may be gone.
  }
  for (const [index, { configurationValue, interfaces }] of configurations.entries()) {
    for (const { interfaceNumber, alternates } of interfaces) {
      for (const alternate of alternates) {
        const { interfaceClass, alternateSetting } = alternate;
        const endpoints = endpointsOf(alternate);
        const vendor = interfaceClass === VENDOR_CLASS;
        if (!endpoints || (!vendor && interfaceClass !== SMART_CARD_CLASS)) continue;
        const place = { configurationValue, interfaceNumber, alternateSetting, ...endpoints };
        found.push({ place, index, vendor });
      }
    }
  }
  return found.sort((one, other) => Number(one.vendor) - Number(other.vendor));
}

function endpointsOf({ endpoints }: UsbAlternate) {
  const find = (type: string, direction: string) =>
    endpoints.find((endpoint) => endpoint.type === type && endpoint.direction === direction);
  const input = find('bulk', 'in');
  const output = find('bulk', 'out');
  const interruptIn = find('interrupt', 'in');
  if (!input || !output || input.packetSize < 1) return undefined;
  const bulkIn = input.endpointNumber;
  const bulkOut = output.endpointNumber;
  return { bulkIn, bulkOut, packetSize: input.packetSize, interruptIn };
}

async function claim(
  device: UsbDevice,
  { place, index, vendor }: Candidate,
  timeout: number,
): Promise<Result<CcidBus>> {
  const { configurationValue, interfaceNumber, alternateSetting } = place;
  try {
    const active = activeConfiguration(device);
    if (active !== configurationValue) {
      // Another configuration would take the device's other functions away: not on a guess.
      if (vendor && active !== undefined) return notReader();
      await device.selectConfiguration(configurationValue);
    }
    // A vendor's interface may be anything. It is looked at first where that can be done unclaimed.
    let described = vendor ? await describe(device, index) : undefined;
    const unclaimed = described && readerIn(described, place);
    if (vendor && described && !unclaimed) return notReader();

    await device.claimInterface(interfaceNumber);
    described ??= await describe(device, index);
    const descriptor = described ? readerIn(described, place) : undefined;
    if (!descriptor && (vendor || described)) {
      await device.releaseInterface(interfaceNumber);
      return notReader();
    }
    if (alternateSetting !== 0) {
      await device.selectAlternateInterface(interfaceNumber, alternateSetting);
    }
    return ok(new CcidBus(device, place, descriptor ?? ASSUMED_DESCRIPTOR, timeout));
  } catch (error) {
    return usbProblem(error, 'claiming');
  }
}

function activeConfiguration(device: UsbDevice): number | undefined {
  try {
    return device.configuration?.configurationValue;
  } catch {
    return undefined;
  }
}

function readerIn(described: readonly InterfaceDescriptor[], place: CcidPlace) {
  return described.find(
    ({ interfaceNumber, alternateSetting }) =>
      interfaceNumber === place.interfaceNumber && alternateSetting === place.alternateSetting,
  )?.smartCard;
}

/**
 * The configuration's descriptors, or undefined where the browser or the device doesn't hand them
 * out (npm's `usb` needs a claimed interface for that) or sends something else.
 */
async function describe(
  device: UsbDevice,
  index: number,
): Promise<InterfaceDescriptor[] | undefined> {
  const setup = {
    requestType: 'standard',
    recipient: 'device',
    request: GET_DESCRIPTOR,
    value: CONFIGURATION | index,
    index: 0,
  } as const;
  try {
    const { data } = await device.controlTransferIn(setup, MOST_CONFIGURATION, CONTROL_TIME);
    if (!data) return undefined;
    return decodeConfiguration(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  } catch {
    return undefined;
  }
}

function notReader(): Result<never> {
  return fail('transport.unsupported', 'The interface is no smart-card reader.');
}

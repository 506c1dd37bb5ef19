/** A simulated token, reader and card in one, as a device that can be plugged into a {@link UsbSocket}. */
import type { CcidDevice } from '@kabina/tokens/testing/ccid-device';
import {
  configurationDescriptor,
  deviceDescriptor,
  ENDPOINTS,
} from '@kabina/tokens/testing/ccid-descriptors';
import type { ControlRequest, SimulatedUsbDevice } from './usbredir.ts';

const IN = 0x80;
const HEADER_LENGTH = 10;
/** Class request of CCID 1.1, 5.3.1: slot in the low byte of the value, sequence in the high one. */
const ABORT = { requestType: 0x21, request: 0x01 } as const;

export function usbToken(reader: CcidDevice): SimulatedUsbDevice {
  const { identity } = reader;
  let send: (endpoint: number, data: Uint8Array) => void = () => undefined;
  let partial: Uint8Array = new Uint8Array(0);
  reader.onNotification = (bytes) => send(ENDPOINTS.interruptIn | IN, bytes);
  return {
    device: deviceDescriptor(identity),
    configuration: configurationDescriptor(identity),
    strings: [identity.manufacturer, identity.product, identity.serial],
    plugged(sender) {
      send = sender;
      partial = new Uint8Array(0);
    },
    listened: () => send(ENDPOINTS.interruptIn | IN, reader.notification),
    control({ requestType, request, value }: ControlRequest) {
      if (requestType !== ABORT.requestType || request !== ABORT.request) return undefined;
      reader.abort(value & 0xff, value >> 8);
      return new Uint8Array(0);
    },
    receive(_endpoint, data) {
      partial = Buffer.concat([partial, data]);
      for (;;) {
        if (partial.length < HEADER_LENGTH) return;
        const length =
          HEADER_LENGTH + new DataView(partial.buffer, partial.byteOffset).getUint32(1, true);
        if (partial.length < length) return;
        const message = Uint8Array.from(partial.subarray(0, length));
        partial = partial.subarray(length);
        // An abortion must be heard while a command is being worked on: no waiting here.
        void reader.receive(message).then((answers) => {
          for (const answer of answers) send(ENDPOINTS.bulkIn | IN, answer);
        });
      }
    },
  };
}

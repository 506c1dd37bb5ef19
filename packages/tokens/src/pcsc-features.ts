/**
 * What a reader's driver says of the reader (PC/SC part 10, "IFDs with Secure PIN Entry
 * Capabilities", revision 2.02.09): whether it takes APDUs of extended length.
 */

/** Function code of `CM_IOCTL_GET_FEATURE_REQUEST`; the platform makes a control code of it. */
export const GET_FEATURE_REQUEST = 3400;

const FEATURE_GET_TLV_PROPERTIES = 0x12;
const PROPERTY_MAX_APDU_DATA_SIZE = 0x0a;

/** Most data of a short APDU. */
const SHORT = 256;

/**
 * The control code that asks for properties.
 *
 * @param features tag, length 4 and a big-endian control code for each feature
 * @returns undefined where the driver has no properties
 */
export function propertiesCode(features: Uint8Array): number | undefined {
  const value = find(features, FEATURE_GET_TLV_PROPERTIES);
  return value?.length === 4 ? view(value).getUint32(0) : undefined;
}

/**
 * Whether data of more than 256 bytes may pass.
 *
 * @param properties tag, length and a little-endian value for each property
 * @returns undefined where the driver does not say
 */
export function takesExtended(properties: Uint8Array): boolean | undefined {
  const value = find(properties, PROPERTY_MAX_APDU_DATA_SIZE);
  return value?.length === 4 ? view(value).getUint32(0, true) > SHORT : undefined;
}

function find(list: Uint8Array, tag: number): Uint8Array | undefined {
  for (let at = 0; at + 2 <= list.length;) {
    const end = at + 2 + list[at + 1]!;
    if (end > list.length) return undefined;
    if (list[at] === tag) return list.subarray(at + 2, end);
    at = end;
  }
  return undefined;
}

const view = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

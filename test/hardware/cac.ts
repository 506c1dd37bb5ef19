/**
 * As much of a CAC (NIST IR 6887, Government Smart Card Interoperability) as libcacard's emulated
 * card has: select a key's applet, and let it compute with the RSA key. The product has no CAC, so
 * this is the lab's own.
 */
import { Channel } from '@kabina/tokens/channel';
import type { ApduTransport } from '@kabina/tokens/transport';

const SELECT = 0xa4;
const PRIVATE_KEY_OPERATION = 0x42;
const GSC = 0x80;
const MORE_FOLLOWS = 0x80;
/** The applet of the first key, «PKI identity». */
const IDENTITY = [0xa0, 0, 0, 0, 0x79, 0x01, 0x00];
const MODULUS_BYTES = 256;
/** DigestInfo of SHA-256 without the digest (RFC 8017, 9.2, note 1). */
const SHA256_PREFIX = [
  0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
  0x00, 0x04, 0x20,
];

/**
 * Signs a SHA-256 digest with RSASSA-PKCS1-v1_5 on the card. Throws if the card refuses: the lab has
 * no use for a refusal.
 *
 * @returns 256 bytes
 */
export async function signWithCac(
  transport: ApduTransport,
  digest: Uint8Array,
): Promise<Uint8Array> {
  const channel = new Channel(transport);
  const send = async (command: Parameters<Channel['send']>[0]): Promise<Uint8Array> => {
    const answer = await channel.send(command);
    if (!answer.ok) throw new Error(`${answer.problem.code}: ${answer.problem.message}`);
    const { status, data } = answer.value;
    if (status !== 0x9000) throw new Error(`the card answers ${status.toString(16)}`);
    return data;
  };
  await send({ cla: 0, ins: SELECT, p1: 4, p2: 0, data: Uint8Array.from(IDENTITY) });
  const block = pkcs1Block(digest);
  const half = MODULUS_BYTES / 2;
  const operation = { cla: GSC, ins: PRIVATE_KEY_OPERATION, p2: 0 };
  await send({ ...operation, p1: MORE_FOLLOWS, data: block.subarray(0, half) });
  return send({ ...operation, p1: 0, data: block.subarray(half), le: MODULUS_BYTES });
}

/** EMSA-PKCS1-v1_5 (RFC 8017, 9.2). */
function pkcs1Block(digest: Uint8Array): Uint8Array {
  const end = [0, ...SHA256_PREFIX, ...digest];
  const filling = new Array<number>(MODULUS_BYTES - 2 - end.length).fill(0xff);
  return Uint8Array.of(0, 1, ...filling, ...end);
}

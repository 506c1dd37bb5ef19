/**
 * `npm run sign -- --board DIR --card piv|openpgp|smartcard-hsm|gost [--out DIR] [--member NAME]…
 * [--json]`: members of the commission sign a board's results protocols («протоколы об итогах
 * голосования») with simulated cards, over the real pcscd. Leaves in the board's folder, or another:
 *
 * - `protocol.bin`, what is signed: the canonical bytes, which anyone makes from the board;
 * - `protocol.p7s`, a detached CMS with a signature of each member, DER;
 * - `ca.pem`, the certificate of an authority made for the occasion.
 *
 * Anyone checks them with
 *
 *     openssl cms -verify -binary -inform DER -in protocol.p7s -content protocol.bin \
 *       -CAfile ca.pem -purpose any -out /dev/null
 *
 * and `-engine gost` for GOST. Exit status 0 when signed; 64 for arguments, 65 for a board without
 * results protocols, 66 for no board, 69 without pcscd or where the card does not sign, 73 where
 * nothing can be written.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority } from '@kabina/cms/authority';
import { toPem } from '@kabina/cms/pem';
import { mergeSignedData } from '@kabina/cms/signed-data';
import { commitmentAttribute } from '@kabina/election/members';
import { installDebianPackages } from '../runner/debian.ts';
import { EX_CANTCREAT, EX_UNAVAILABLE, UsageError } from '../runner/usage.ts';
import { pcscdMissing } from '../tokens/pcscd.ts';
import { readProtocols } from './board.ts';
import { CardError, CardSigner, type CardSignature } from './card-signer.ts';
import { KEY_OF, simulatedToken } from './cards.ts';
import { readOptions, type SignOptions } from './options.ts';

const DAY_MS = 24 * 3600 * 1000;
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const ms = (time: number): string => `${Math.round(time)} ms`;

/** pcscd and its virtual reader, installed where that is ours to do. */
function preparePcscd(): void {
  installDebianPackages(['pcscd', 'vsmartcard-vpcd']);
  const missing = pcscdMissing();
  if (missing !== undefined) throw new UsageError('pcscd.missing', missing, EX_UNAVAILABLE);
}

async function write(folder: string, files: Record<string, Uint8Array | string>): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
  } catch (cause) {
    const { code = 'an error' } = cause as NodeJS.ErrnoException;
    const message = `${folder} can't be written to (${code})`;
    throw new UsageError('sign.out', message, EX_CANTCREAT, { cause });
  }
}

/** Each member with a card of their own, one after another. */
async function signAll(
  { card }: SignOptions,
  members: readonly string[],
  content: Uint8Array,
): Promise<{ certificate: Uint8Array; signatures: CardSignature[] }> {
  const authority = createAuthority({
    algorithm: KEY_OF[card],
    name: 'Учебный удостоверяющий центр',
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
  });
  const tokens = members.map((name) => simulatedToken(card, name, authority));
  const attributes = [commitmentAttribute(false)];
  const signer = await CardSigner.open();
  try {
    const signatures: CardSignature[] = [];
    for (const [i, token] of tokens.entries()) {
      const signature = await signer.sign(token, content, { attributes });
      signatures.push(signature);
      const { connect, find, sign, cms, total } = signature.times;
      say(
        `${members[i]}: signed in ${ms(total)} (session ${ms(connect)}, card ${ms(find)}, ` +
          `PIN and signature ${ms(sign)}, CMS ${ms(cms)})`,
      );
    }
    return { certificate: authority.certificate, signatures };
  } catch (error) {
    if (!(error instanceof CardError)) throw error;
    throw new UsageError(error.code, error.message, EX_UNAVAILABLE, { cause: error });
  } finally {
    await signer.close();
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const { board, card, out, json } = options;
  const { document, chair } = await readProtocols(board);
  const members = options.members.length > 0 ? options.members : [chair];
  preparePcscd();
  const { certificate, signatures } = await signAll(options, members, document);
  await write(out, {
    'protocol.bin': document,
    'protocol.p7s': mergeSignedData(signatures.map(({ cms }) => cms)),
    'ca.pem': toPem(certificate, 'CERTIFICATE'),
  });
  say(`protocol.bin, protocol.p7s and ca.pem are in ${out}`);
  if (!json) return;
  const signers = signatures.map(({ application, serial, times }, i) => ({
    ...{ member: members[i], application, serial },
    ms: Object.fromEntries(Object.entries(times).map(([stage, time]) => [stage, Math.round(time)])),
  }));
  console.log(JSON.stringify({ board, out, card, algorithm: KEY_OF[card], signers }));
}

main().then(
  () => process.exit(0),
  (error: { code?: string; message: string; status?: number }) => {
    say(`${error.code ?? 'sign.failed'}: ${error.message}`);
    process.exit(error.status ?? 1);
  },
);

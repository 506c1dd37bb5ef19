/**
 * PEM in the strict form of RFC 7468, section 3: one block, lines of 64 characters, nothing before,
 * between or after but a last line break.
 */
import { CmsError } from './errors.ts';

const LINE = 64;
/** Of what is read: the largest SignedData with its base64 and line breaks. */
const MAX_TEXT = 1500 * 1024;

/** @param label what stands after BEGIN: `CERTIFICATE`, `CMS` */
export function toPem(der: Uint8Array, label: string): string {
  let binary = '';
  for (const byte of der) binary += String.fromCharCode(byte);
  const lines = btoa(binary).match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** Throws {@link CmsError} `cms.pem` for any text that {@link toPem} does not write, line breaks aside. */
export function fromPem(text: string, label: string): Uint8Array {
  const refuse = (cause?: unknown) =>
    new CmsError('cms.pem', `not one block of ${label}`, { cause });
  if (text.length > MAX_TEXT) throw refuse();
  const plain = text.replaceAll('\r\n', '\n');
  const normal = plain.endsWith('\n') ? plain : `${plain}\n`;
  const begin = `-----BEGIN ${label}-----\n`;
  const end = `-----END ${label}-----\n`;
  if (!normal.startsWith(begin) || !normal.endsWith(end)) throw refuse();
  let der: Uint8Array;
  try {
    const base64 = normal.slice(begin.length, -end.length).replaceAll('\n', '');
    der = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch (cause) {
    throw refuse(cause);
  }
  if (toPem(der, label) !== normal) throw refuse();
  return der;
}

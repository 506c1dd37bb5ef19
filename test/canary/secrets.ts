/** Planted secrets, every form in which one could have got somewhere, and the search for them. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

export interface Secret {
  /** For the one who reads a failure; says nothing of the value. */
  readonly name: string;
  readonly value: Uint8Array | string;
  /** Short codes of digits or letters occur by chance inside longer numbers: only whole words count. */
  readonly word?: boolean;
}

/** Where a secret may be found, and why. */
export interface Allowed {
  readonly secret: RegExp;
  /** Path below the folder that is searched. */
  readonly file: RegExp;
  readonly because: string;
}

export interface Finding {
  readonly secret: string;
  readonly file: string;
  /** `hex`, `base64`… */
  readonly form: string;
}

/** The part of the base64 text that depends on these bytes alone, at each place among others. */
function base64At(bytes: Buffer, shift: number, encoding: 'base64' | 'base64url'): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString(encoding);
  return text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
}

/** Every form that is looked for, by its name. */
export function formsOf({ value }: Secret): ReadonlyMap<string, Buffer> {
  const forms = new Map<string, Buffer>();
  const text = (name: string, content: string): void => {
    forms.set(name, Buffer.from(content, 'latin1'));
  };
  const bytes = Buffer.from(value);
  forms.set('raw', bytes);
  if (typeof value === 'string') forms.set('utf-16', Buffer.from(value, 'utf16le'));
  else forms.set('reversed', Buffer.from(bytes).reverse());
  for (const [name, content] of [
    ['', bytes],
    ['reversed ', Buffer.from(bytes).reverse()],
  ] as const) {
    const hex = content.toString('hex');
    text(`${name}hex`, hex);
    text(`${name}HEX`, hex.toUpperCase());
    text(`${name}list of numbers`, [...content].join(','));
    text(`${name}spaced list of numbers`, [...content].join(', '));
    // What console.log and JSON.stringify make of a Uint8Array.
    text(`${name}indexed numbers`, [...content].map((byte, i) => `"${i}":${byte}`).join(','));
    text(`${name}decimal`, BigInt(`0x${hex}`).toString());
    for (const shift of [0, 1, 2]) {
      text(`${name}base64+${shift}`, base64At(content, shift, 'base64'));
      text(`${name}base64url+${shift}`, base64At(content, shift, 'base64url'));
    }
  }
  return forms;
}

const isWordByte = (byte: number | undefined): boolean =>
  byte !== undefined && /[0-9A-Za-z]/.test(String.fromCharCode(byte));

function contains(haystack: Buffer, needle: Buffer, word: boolean): boolean {
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + 1)) {
    if (!word) return true;
    if (!isWordByte(haystack[at - 1]) && !isWordByte(haystack[at + needle.length])) return true;
  }
  return false;
}

/** All findings in one file's bytes. */
export function findIn(
  file: string,
  content: Buffer,
  secrets: readonly (readonly [Secret, ReadonlyMap<string, Buffer>])[],
): Finding[] {
  const found: Finding[] = [];
  for (const [{ name, word = false }, forms] of secrets) {
    for (const [form, needle] of forms) {
      if (contains(content, needle, word)) found.push({ secret: name, file, form });
    }
  }
  return found;
}

export interface Search {
  /** Findings that nothing allows. */
  readonly findings: readonly Finding[];
  readonly files: readonly string[];
  /** Those of `allowed` that were needed. */
  readonly used: ReadonlySet<Allowed>;
}

/** Searches every file below a folder. */
export async function searchFolder(
  folder: string,
  secrets: readonly Secret[],
  allowed: readonly Allowed[],
): Promise<Search> {
  const prepared = secrets.map((secret) => [secret, formsOf(secret)] as const);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name));
  const findings: Finding[] = [];
  const used = new Set<Allowed>();
  for (const path of files) {
    let content: Buffer;
    try {
      content = await readFile(path);
    } catch (error) {
      // A temporary file of a party that runs may have been renamed meanwhile.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw error;
    }
    for (const finding of findIn(relative(folder, path), content, prepared)) {
      const excuse = allowed.find(
        ({ secret, file }) => secret.test(finding.secret) && file.test(finding.file),
      );
      if (excuse === undefined) findings.push(finding);
      else used.add(excuse);
    }
  }
  return { findings, files: files.map((path) => relative(folder, path)), used };
}

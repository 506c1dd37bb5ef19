/**
 * An initramfs: a cpio archive of the "newc" form, as the kernel reads it
 * (Documentation/driver-api/early-userspace/buffer-format.rst). Not compressed: unpacking under
 * emulation costs more than reading.
 */

export interface ArchiveEntry {
  /** Without a leading slash. */
  readonly path: string;
  /** A folder has none. */
  readonly content?: Uint8Array;
  readonly executable?: boolean;
}

const FOLDER = 0o040755;
const FILE = 0o100644;
const PROGRAM = 0o100755;

/** The archive's bytes. A folder must come before what is in it. */
export function initramfs(entries: readonly ArchiveEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  entries.forEach((entry, index) => {
    const mode = entry.content === undefined ? FOLDER : entry.executable === true ? PROGRAM : FILE;
    parts.push(...record(index + 1, mode, entry.path, entry.content ?? new Uint8Array(0)));
  });
  parts.push(...record(0, 0, 'TRAILER!!!', new Uint8Array(0)));
  return Buffer.concat(parts);
}

/** Header with thirteen fields of eight hexadecimal digits, name, content; each padded to four bytes. */
function record(inode: number, mode: number, path: string, content: Uint8Array): Uint8Array[] {
  const name = Buffer.from(`${path}\0`);
  const links = 1;
  const fields = [inode, mode, 0, 0, links, 0, content.length, 0, 0, 0, 0, name.length, 0];
  const header = Buffer.from(
    `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`,
  );
  return [header, name, padding(header.length + name.length), content, padding(content.length)];
}

function padding(length: number): Uint8Array {
  return new Uint8Array((4 - (length % 4)) % 4);
}

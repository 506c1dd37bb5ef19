/** How names of members are compared, on the roll and in certificates. */

/** A name with its spaces and Unicode forms (NFC) made equal. */
export function plainName(name: string): string {
  return name.normalize('NFC').trim().replace(/\s+/g, ' ');
}

/** A kiosk's closing statement as its slip has it in a QR code: `kabina-held:` and the entry. */
import { decodeEntry, type EntryOf } from '@kabina/election/entries';
import { ElectionError } from '@kabina/election/errors';

const PREFIX = 'kabina-held:';
const MAX_LENGTH = 4096;

export function isHeldText(text: string): boolean {
  return text.trimStart().startsWith(PREFIX);
}

/** The entry with whatever signatures it has; undefined for anything else. Nothing of it is judged. */
export function readHeldText(text: string): EntryOf<'held'> | undefined {
  const typed = text.trim();
  const base64 = typed.slice(PREFIX.length);
  if (!typed.startsWith(PREFIX) || typed.length > MAX_LENGTH || !/^[\w-]+$/.test(base64)) {
    return undefined;
  }
  try {
    const binary = atob(base64.replaceAll('-', '+').replaceAll('_', '/'));
    const entry = decodeEntry(Uint8Array.from(binary, (symbol) => symbol.charCodeAt(0)));
    return entry.type === 'held' ? entry : undefined;
  } catch (error) {
    if (error instanceof ElectionError || error instanceof DOMException) return undefined;
    throw error;
  }
}

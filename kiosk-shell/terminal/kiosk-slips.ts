/**
 * What a station's kiosk puts on paper for the members: the zero report before the first card, the
 * evening slip of a day among several, and the closing slip with what the desk scans. Numbers alone, and
 * no more of them than the screen shows: nothing of a ballot, of an order or of a time of casting.
 */
import type { KioskStation, KioskStatus } from '@kabina/booth/station';
import { decodeEntry, type EntryOf } from '@kabina/election/entries';
import type { ReceiptContent } from '@kabina/tokens/receipt-page';
import { slipWords as words } from './service-text.ts';

export type KioskSlip = 'zero' | 'evening' | 'closing';

const HELD_PREFIX = 'kabina-held:';

/** What a slip is made of. */
export type SlipSource = Pick<KioskStation, 'status' | 'manifest' | 'heldText'>;

/** The zero report is possible until the first card is opened. */
export function untouched({ phase, cards, queue }: KioskStatus): boolean {
  const nothing = queue.waiting + queue.sent + queue.quarantined === 0;
  const open = phase === 'ready' || phase === 'voting';
  return open && nothing && cards.every(({ opened }) => opened === 0);
}

/** How many ballots the kiosk has stated that it holds. */
export function heldNumber(text: string): number {
  const base64 = text.slice(HELD_PREFIX.length).replaceAll('-', '+').replaceAll('_', '/');
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return (decodeEntry(bytes) as EntryOf<'held'>).body.number;
}

/** @param now when it is printed, which stands on it; of the evening slip the day alone */
export function kioskSlip(
  kind: KioskSlip,
  { status, manifest, heldText }: SlipSource,
  now: Date,
): ReceiptContent {
  const { election, station, kiosk, cards, queue } = status;
  const held = kind === 'closing' && heldText !== undefined ? heldText : undefined;
  const number = held === undefined ? queue.waiting : heldNumber(held);
  const at =
    kind === 'evening'
      ? now.toLocaleDateString('ru', { dateStyle: 'short' })
      : now.toLocaleString('ru', { dateStyle: 'short', timeStyle: 'short' });
  return {
    title: words.titles[kind],
    lines: [
      ...(election?.kind === 'training' ? [words.training] : []),
      election?.title.ru ?? '',
      station?.name.ru ?? '',
      `${manifest?.kiosks.find(({ id }) => id === kiosk)?.name ?? kiosk}, ${at}`,
      ...cards.flatMap(({ style, received, opened, cancelled }) => [
        `${manifest?.styles.find(({ id }) => id === style)?.title.ru ?? style}:`,
        kind === 'evening'
          ? `  ${words.received} ${received}`
          : `  ${words.received} ${received}, ${words.opened} ${opened}` +
            (kind === 'zero' ? '' : `, ${words.cancelled} ${cancelled}`),
      ]),
      ...(kind === 'closing' ? [] : [`${words.sent}: ${queue.sent}`]),
      ...(queue.quarantined === 0 ? [] : [`${words.quarantined}: ${queue.quarantined}`]),
    ],
    // In large letters: the number that is read out.
    code: `${words.waiting}: ${number}`,
    qr: held === undefined ? [] : [held],
    footer: words.signatures,
  };
}

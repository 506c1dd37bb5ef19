/** Numbers and times as the page's language writes them. */
import { getLocale } from './localization.ts';

export function whole(value: number): string {
  return new Intl.NumberFormat(getLocale()).format(value);
}

/** Share of a whole in per cent with two digits, as commissions give it; a dash of nothing. */
export function share(value: number, of: number): string {
  if (of === 0) return '—';
  return new Intl.NumberFormat(getLocale(), {
    style: 'percent',
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  }).format(value / of);
}

export function hour(at: number): string {
  return new Intl.DateTimeFormat(getLocale(), { hour: '2-digit', minute: '2-digit' }).format(at);
}

/** Date and time of an ISO 8601 text in the time zone that the text itself names. */
export function dateTime(iso: string): string {
  const local = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/.exec(iso);
  if (local === null) return iso;
  const [, year, month, day, hours, minutes] = local.map(Number);
  const at = Date.UTC(year!, month! - 1, day!, hours!, minutes!);
  return new Intl.DateTimeFormat(getLocale(), {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  }).format(at);
}

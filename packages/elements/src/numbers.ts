/**
 * Numbers and times as the page's language writes them. Chromium on Linux is built without Kazakh
 * (it writes `1,200` and `2026 M09 20`): numbers are written there as in Russian, which is the same
 * in both, and dates by the months below.
 */
import { getLocale } from './localization.ts';

/** As in CLDR: `2026 ж. 20 қыркүйек`. */
const KAZAKH_MONTHS = [
  'қаңтар',
  'ақпан',
  'наурыз',
  'сәуір',
  'мамыр',
  'маусым',
  'шілде',
  'тамыз',
  'қыркүйек',
  'қазан',
  'қараша',
  'желтоқсан',
];

function builtIn(): string {
  return getLocale() === 'kk' ? 'ru' : getLocale();
}

export function whole(value: number): string {
  return new Intl.NumberFormat(builtIn()).format(value);
}

/** Share of a whole in per cent with two digits, as commissions give it; a dash of nothing. */
export function share(value: number, of: number): string {
  if (of === 0) return '—';
  return new Intl.NumberFormat(builtIn(), {
    style: 'percent',
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  }).format(value / of);
}

export function hour(at: number): string {
  return new Intl.DateTimeFormat(builtIn(), { hour: '2-digit', minute: '2-digit' }).format(at);
}

/** Date and time of an ISO 8601 text in the time zone that the text itself names. */
export function dateTime(iso: string): string {
  return written(iso, { dateStyle: 'long', timeStyle: 'short' });
}

/** The date alone, likewise. */
export function date(iso: string): string {
  return written(iso, { dateStyle: 'long' });
}

function written(iso: string, form: Intl.DateTimeFormatOptions): string {
  const local = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2})/.exec(iso);
  if (local === null) return iso;
  const [text, year, month, day, time] = local;
  if (getLocale() === 'kk') {
    const at = `${year} ж. ${Number(day)} ${KAZAKH_MONTHS[Number(month) - 1]}`;
    return form.timeStyle === undefined ? at : `${at}, ${time}`;
  }
  return new Intl.DateTimeFormat(getLocale(), { ...form, timeZone: 'UTC' }).format(
    Date.parse(`${text}Z`),
  );
}

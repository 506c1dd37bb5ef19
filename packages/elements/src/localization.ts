/**
 * The page's language. Russian is the language of the source; Kazakh and English come from
 * `xliff/` through `lit-localize` and travel inside the bundle, so that a kiosk that has lost the
 * line can still change its language. One language at a time for all components of the page.
 */
import { configureLocalization } from '@lit/localize';
import type { Localized } from '@kabina/election/manifest';
import { sourceLocale, targetLocales } from './generated/locale-codes.ts';
import * as en from './generated/locales/en.ts';
import * as kk from './generated/locales/kk.ts';

export type Locale = 'ru' | 'kk' | 'en';

/** The languages in the order of the language switch, each in its own name. */
export const languages: readonly { readonly locale: Locale; readonly name: string }[] = [
  { locale: 'ru', name: 'Русский' },
  { locale: 'kk', name: 'Қазақша' },
  { locale: 'en', name: 'English' },
];

const { getLocale: current, setLocale: change } = configureLocalization({
  sourceLocale,
  targetLocales,
  loadLocale: (locale) => Promise.resolve(locale === 'kk' ? kk : en),
});

export function getLocale(): Locale {
  return current() as Locale;
}

/** Anything that is not one of ours falls back to Russian. `kk-KZ` is `kk`. */
export function toLocale(language: string | null | undefined): Locale {
  const base = (language ?? '').toLowerCase().split('-')[0];
  return languages.find(({ locale }) => locale === base)?.locale ?? 'ru';
}

export function setLocale(locale: Locale): Promise<void> {
  return change(locale);
}

/** The manifest's text in the language of the page, or in Russian, which it always has. */
export function inLocale(text: Localized): string {
  return text[getLocale()] ?? text.ru;
}

/** The language `inLocale` really answered in: goes to `lang`, for a screen reader's voice. */
export function localeOf(text: Localized): Locale {
  return text[getLocale()] === undefined ? 'ru' : getLocale();
}

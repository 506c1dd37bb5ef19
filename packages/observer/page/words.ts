/** How the page speaks in one language: what every view gets. */
import type { Localized } from '@kabina/election/manifest';
import { languageOf, named, say, whole, type Language, type TextId } from './texts.ts';

export class Words {
  readonly language: Language;

  constructor(language: Language) {
    this.language = language;
  }

  say(id: TextId, values: Readonly<Record<string, string | number>> = {}): string {
    return say(this.language, id, values);
  }

  whole(value: number): string {
    return whole(this.language, value);
  }

  /** Part of a whole, with one decimal. */
  percent(part: number, all: number): string {
    const format = new Intl.NumberFormat(this.language, {
      style: 'percent',
      maximumFractionDigits: 1,
    });
    return format.format(all === 0 ? 0 : part / all);
  }

  moment(iso: string): string {
    const format = new Intl.DateTimeFormat(this.language, {
      dateStyle: 'long',
      timeStyle: 'short',
    });
    return format.format(new Date(iso));
  }

  named(text: Localized): string {
    return named(this.language, text);
  }

  /** For the `lang` attribute of what {@link Words.named} answers. */
  languageOf(text: Localized): Language {
    return languageOf(this.language, text);
  }
}

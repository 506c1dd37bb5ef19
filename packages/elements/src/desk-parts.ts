/** What several parts of the desk's screen draw alike. */
import { html, nothing, type TemplateResult } from 'lit';
import { msg, str } from '@lit/localize';
import type { Localized } from '@kabina/election/manifest';
import type { DeskPile, DeskStatus, DeskVoter } from './desk.ts';
import { inLocale, localeOf } from './localization.ts';

/** What the QR code of a kiosk's closing statement begins with. */
export const HELD_PREFIX = 'kabina-held:';

/** Title of a ballot style; its id where no pile of it is on the table. */
export function styleTitle(status: DeskStatus, style: string): Localized {
  return status.piles.find((pile) => pile.style === style)?.styleTitle ?? { ru: style };
}

export function localized(text: Localized): TemplateResult {
  return html`<span lang=${localeOf(text)}>${inLocale(text)}</span>`;
}

/** The kiosks that have piles on the table, each once. */
export function kiosksOf(piles: readonly DeskPile[]): readonly DeskPile[] {
  return piles.filter(
    (pile, index) => piles.findIndex(({ kiosk }) => kiosk === pile.kiosk) === index,
  );
}

export function stateWord(state: DeskVoter['state']): string {
  switch (state) {
    case 'free':
      return msg('ещё не отмечен');
    case 'served':
      return msg('отмечен, карточка выдана');
    case 'elsewhere':
      return msg('в другом списке');
    case 'unsupported':
      return msg('нет карточек его округа');
  }
}

/** From which pile the voter draws: one tile a kiosk, those with no card left can't be taken. */
export function pileChoice(
  piles: readonly DeskPile[],
  chosen: string,
  choose: (kiosk: string) => void,
): TemplateResult {
  return html`<fieldset>
    <legend>${msg('Из какой стопки избиратель вытянет карточку')}</legend>
    <div class="tiles">
      ${piles.map((pile) => {
        const none = pile.dead || pile.left === 0;
        return html`<label class="tile ${none ? 'none' : ''}">
          <input
            type="radio"
            name="pile"
            .checked=${pile.kiosk === chosen}
            ?disabled=${none}
            @change=${() => choose(pile.kiosk)}
          />
          <span
            ><strong>${pile.kioskName}</strong><br />
            <span class="muted"
              >${
                pile.dead
                  ? msg('терминал неисправен')
                  : pile.left === 0
                    ? msg('карточек не осталось')
                    : msg(str`на столе: ${pile.left}`)
              }</span
            ></span
          >
        </label>`;
      })}
    </div>
  </fieldset>`;
}

/** The pile to begin with: the only one that has cards, or none. */
export function onlyPile(piles: readonly DeskPile[]): string {
  const usable = piles.filter(({ dead, left }) => !dead && left > 0);
  return usable.length === 1 ? usable[0]!.kiosk : '';
}

/** An act that can't be taken back, asked once more in its place. */
export function confirmation(
  question: string,
  yes: { readonly label: string; readonly act: () => void },
  no: () => void,
  busy: boolean,
): TemplateResult {
  return html`<div class="confirm" role="group" aria-labelledby="question">
    <p id="question" tabindex="-1"><strong>${question}</strong></p>
    <div class="actions">
      <button class="button primary" type="button" aria-disabled=${busy} @click=${yes.act}>
        ${yes.label}
      </button>
      <button class="button" type="button" @click=${no}>${msg('Не надо')}</button>
    </div>
  </div>`;
}

/** A sentence that the member hears at once. */
export function said(sentence: string, icon: TemplateResult): TemplateResult | typeof nothing {
  return sentence === '' ? nothing : html`<p class="note good">${icon}<span>${sentence}</span></p>`;
}

/** What stands on a terminal while nobody votes: in all three languages, since nobody has chosen one. */
import { html, nothing, type TemplateResult } from 'lit';
import type { KioskStatus } from '@kabina/booth/station';
import type { VotingNow } from './hours.ts';
import { stopped as memberWords, troubleWords } from './service-text.ts';
import {
  BEGIN,
  BEGIN_WITH_CARD,
  BOOTH,
  CLOSED,
  GETTING_READY,
  hoursWords,
  INTERRUPTED,
  PREPARING,
  STOPPED,
  SUSPENDED,
  TRAINING,
  type Said,
} from './terminal-text.ts';

function threefold({ ru, kk, en }: Said): TemplateResult {
  return html`${ru} <span lang="kk">${kk}</span> <span lang="en">${en}</span>`;
}

function frame(training: boolean, content: TemplateResult): TemplateResult {
  return html`<main class="idle">
    ${training ? html`<p class="training">${threefold(TRAINING)}</p>` : nothing} ${content}
  </main>`;
}

/** An online terminal, or one that doesn't know its election yet, or takes its cards out. */
export function onlineIdle(
  training: boolean,
  begin: (() => void) | 'no-election' | 'getting-ready',
): TemplateResult {
  const waits = typeof begin === 'string';
  return frame(
    training,
    html`<h1>${BOOTH.ru}</h1>
      <p lang="kk">${BOOTH.kk}</p>
      <p lang="en">${BOOTH.en}</p>
      <button class="begin" ?disabled=${waits} @click=${waits ? nothing : begin}>
        ${threefold(begin === 'no-election' ? PREPARING : begin === 'getting-ready' ? GETTING_READY : BEGIN)}
      </button>`,
  );
}

export function stationIdle(
  { station, election }: KioskStatus,
  now: VotingNow,
  begin: () => void,
): TemplateResult {
  const hours = hoursWords(now);
  return frame(
    election?.kind === 'training',
    html`<p>${station?.name.ru}</p>
      <h1>${BOOTH.ru}</h1>
      <p class="other"><span lang="kk">${BOOTH.kk}</span> · <span lang="en">${BOOTH.en}</span></p>
      <p class="hours ${now.is}" role="status">${threefold(hours)}</p>
      ${
        now.is === 'open'
          ? html`<button class="begin" @click=${begin}>${threefold(BEGIN_WITH_CARD)}</button>`
          : now.is === 'suspended'
            ? html`<p class="lead">${threefold(SUSPENDED)}</p>`
            : nothing
      }`,
  );
}

export function interrupted(
  { election }: KioskStatus,
  { resume, end }: { readonly resume: () => void; readonly end: () => void },
): TemplateResult {
  const { title, lead, resume: goOn, end: endIt } = INTERRUPTED;
  return frame(
    election?.kind === 'training',
    html`<h1>${title.ru}</h1>
      <p class="other"><span lang="kk">${title.kk}</span> · <span lang="en">${title.en}</span></p>
      <p class="lead" role="status">${threefold(lead)}</p>
      <button class="begin" @click=${resume}>${threefold(goOn)}</button>
      <button class="aside" @click=${end}>${threefold(endIt)}</button>`,
  );
}

/** The queue goes on draining, and who passes by sees how far it is. */
export function closedScreen({ election, queue }: KioskStatus): TemplateResult {
  const { title, lead } = CLOSED;
  return frame(
    election?.kind === 'training',
    html`<h1>${title.ru}</h1>
      <p class="other"><span lang="kk">${title.kk}</span> · <span lang="en">${title.en}</span></p>
      <p class="lead">${threefold(lead)}</p>
      <kabina-queue-status compact .status=${queue}></kabina-queue-status>`,
  );
}

/** @param online offered where the manifest has no such kiosk of a station */
export function stoppedScreen(
  code: string,
  training: boolean,
  { again, online }: { readonly again: () => void; readonly online: (() => void) | undefined },
): TemplateResult {
  const { title, lead } = STOPPED;
  return frame(
    training,
    html`<h1>${title.ru}</h1>
      <p class="other"><span lang="kk">${title.kk}</span> · <span lang="en">${title.en}</span></p>
      <p class="lead" role="alert">${threefold(lead)}</p>
      <p class="why">${troubleWords(code)} <span class="code">${code}</span></p>
      <button class="aside" @click=${again}>${memberWords.again}</button>
      ${
        online === undefined
          ? nothing
          : html`<button class="aside" @click=${online}>${memberWords.online}</button>`
      }`,
  );
}

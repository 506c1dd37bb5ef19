/** The verdict, in one word and a few numbers. */
import { html, nothing, type TemplateResult } from 'lit';
import { badIcon, goodIcon, waitIcon } from './icons.ts';
import type { ObserverState } from './observer.ts';
import type { TextId } from './texts.ts';
import type { Words } from './words.ts';

interface Face {
  readonly tone: 'good' | 'bad' | 'plain';
  readonly title: TextId;
  readonly note?: TextId;
}

const FACES = {
  verified: { tone: 'good', title: 'verified', note: 'verifiedNote' },
  failed: { tone: 'bad', title: 'failed', note: 'failedNote' },
  incomplete: { tone: 'plain', title: 'incomplete', note: 'incompleteNote' },
} satisfies Record<string, Face>;

function faceOf({ stage, verdict, live, wrong }: ObserverState): Face {
  if (live && !live.continues) return { tone: 'bad', title: 'failed', note: 'rewritten' };
  if (stage === 'done' && verdict) return FACES[verdict.verdict];
  if (stage === 'failed') return { tone: 'bad', title: 'broken', note: 'brokenNote' };
  if (wrong) return { tone: 'plain', title: wrong === 'id' ? 'idWrong' : 'idle' };
  return { tone: 'plain', title: stage === 'running' ? 'running' : 'idle' };
}

const PHASES = {
  empty: 'phaseEmpty',
  ceremony: 'phaseCeremony',
  ready: 'phaseReady',
  open: 'phaseOpen',
  suspended: 'phaseSuspended',
  closed: 'phaseClosed',
  tally: 'phaseTally',
  result: 'phaseResult',
  published: 'phasePublished',
} satisfies Record<string, TextId>;

function progressBar({ progress }: ObserverState, words: Words): TemplateResult {
  const text =
    progress === undefined
      ? words.say('running')
      : words.say(progress.step === 'reading' ? 'reading' : 'checking', {
          done: progress.done,
          total: progress.total,
        });
  return html`
    <label class="progress">
      <span>${text}</span>
      ${
        progress === undefined
          ? html`<progress></progress>`
          : html`<progress max=${progress.total || 1} .value=${progress.done}></progress>`
      }
    </label>
  `;
}

function dials({ verdict, board, live }: ObserverState, words: Words): TemplateResult {
  const ballots = Object.values(board?.ballots ?? {}).reduce((sum, one) => sum + one, 0);
  const dial = (label: TextId, value: string) =>
    html`<div class="dial">
      <dt>${words.say(label)}</dt>
      <dd>${value}</dd>
    </div>`;
  return html`
    <dl class="dials">
      ${dial('entries', words.whole(verdict?.size ?? 0))}
      ${live ? dial('liveEntries', words.whole(live.size)) : nothing}
      ${
        board
          ? [
              dial('countedBallots', words.whole(ballots)),
              dial('phase', words.say(PHASES[board.phase])),
            ]
          : nothing
      }
    </dl>
  `;
}

function identity(state: ObserverState, words: Words, onForget: () => void): TemplateResult {
  const { verdict, idSource, remembered, held } = state;
  const pinned = { person: 'pinnedPerson', server: 'pinnedServer', none: 'pinnedNone' } as const;
  return html`
    <div class="identity">
      <h3>${words.say('electionId')}</h3>
      <p class="mono">${verdict?.electionId || '—'}</p>
      <p>${words.say(pinned[idSource])}</p>
      ${held ? html`<p>${words.say('held')}</p>` : nothing}
      ${
        remembered
          ? html`<p>
              ${words.say('remembered', {
                size: remembered.size,
                seen: words.moment(remembered.seen),
              })}
              <button class="quiet" type="button" @click=${onForget}>${words.say('forget')}</button>
            </p>`
          : nothing
      }
    </div>
  `;
}

/** `onAgain` audits once more; `onForget` drops the remembered checkpoint. */
export function verdictView(
  state: ObserverState,
  words: Words,
  onAgain: () => void,
  onForget: () => void,
): TemplateResult {
  const { tone, title, note } = faceOf(state);
  const icon = { good: goodIcon, bad: badIcon, plain: waitIcon }[tone];
  const { verdict, live, stage, error } = state;
  const grown = verdict && live && live.continues && live.size > verdict.size;
  return html`
    <section class="panel verdict ${tone}" aria-labelledby="verdict">
      <h2 id="verdict" class="hidden">${words.say('verdict')}</h2>
      <div role="status">
        <p class="word">${icon}<span>${words.say(title)}</span></p>
        ${note ? html`<p class="note">${words.say(note)}</p>` : nothing}
      </div>
      ${error ? html`<p class="mono" lang="en">${error.message} (${error.code})</p>` : nothing}
      ${stage === 'running' ? progressBar(state, words) : nothing}
      ${verdict ? dials(state, words) : nothing}
      ${
        grown
          ? html`<p class="grown" role="status">
              <span>${words.say('grown')}</span>
            </p>`
          : nothing
      }
      ${
        stage === 'done' || stage === 'failed'
          ? html`<p>
              <button class=${grown ? '' : 'second'} type="button" @click=${onAgain}>
                ${words.say('checkAgain')}
              </button>
            </p>`
          : nothing
      }
      ${verdict ? identity(state, words, onForget) : nothing}
    </section>
  `;
}

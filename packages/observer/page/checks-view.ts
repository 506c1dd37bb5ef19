/** The audit's checks, each with its count and its problems. */
import { html, nothing, type TemplateResult } from 'lit';
import { checkIds, type CheckId } from '@kabina/election/problem';
import type { Check } from '@kabina/election/verify';
import { badIcon, goodIcon, noneIcon, waitIcon } from './icons.ts';
import type { ObserverState } from './observer.ts';
import type { TextId } from './texts.ts';
import type { Words } from './words.ts';

/** Problems of one check that are shown. */
const SHOWN = 50;

const NAMES: Readonly<Record<CheckId, readonly [name: TextId, note: TextId]>> = {
  manifest: ['checkManifest', 'checkManifestNote'],
  log: ['checkLog', 'checkLogNote'],
  witnesses: ['checkWitnesses', 'checkWitnessesNote'],
  ceremony: ['checkCeremony', 'checkCeremonyNote'],
  permits: ['checkPermits', 'checkPermitsNote'],
  ballots: ['checkBallots', 'checkBallotsNote'],
  revisions: ['checkRevisions', 'checkRevisionsNote'],
  schedule: ['checkSchedule', 'checkScheduleNote'],
  stations: ['checkStations', 'checkStationsNote'],
  challenges: ['checkChallenges', 'checkChallengesNote'],
  issued: ['checkIssued', 'checkIssuedNote'],
  shares: ['checkShares', 'checkSharesNote'],
  result: ['checkResult', 'checkResultNote'],
  protocol: ['checkProtocol', 'checkProtocolNote'],
};

interface Sign {
  readonly tone: string;
  readonly icon: TemplateResult;
  readonly word: TextId;
}

/** While the audit runs, nothing has passed: what is whole so far may still grow or fail. */
function signOf(check: Check | undefined, running: boolean): Sign {
  if (check?.status === 'failed') return { tone: 'bad', icon: badIcon, word: 'statusFailed' };
  if (check?.status === 'not-applicable') {
    return { tone: 'none', icon: noneIcon, word: 'statusNone' };
  }
  if (running) return { tone: 'plain', icon: waitIcon, word: 'statusRunning' };
  if (!check) return { tone: 'none', icon: waitIcon, word: 'statusWaiting' };
  if (check.status === 'passed') return { tone: 'good', icon: goodIcon, word: 'statusPassed' };
  return { tone: 'plain', icon: waitIcon, word: 'statusIncomplete' };
}

function problemsView({ problems }: Check, words: Words): TemplateResult {
  return html`
    <details open>
      <summary>${words.say('problems', { count: problems.length })}</summary>
      <ul>
        ${problems
          .slice(0, SHOWN)
          .map(
            ({ index, message }) =>
              html`<li>
                ${index === undefined ? nothing : html`${words.say('entry', { index })}: `}<span
                  lang="en"
                  >${message}</span
                >
              </li>`,
          )}
        ${
          problems.length > SHOWN
            ? html`<li>${words.say('more', { count: problems.length - SHOWN })}</li>`
            : nothing
        }
      </ul>
    </details>
  `;
}

function checkView(id: CheckId, check: Check | undefined, running: boolean, words: Words) {
  const { tone, icon, word } = signOf(check, running);
  const [name, note] = NAMES[id];
  const counted = check && check.status !== 'not-applicable';
  return html`
    <li class="check ${tone}" data-check=${id} data-status=${check?.status ?? 'waiting'}>
      ${icon}
      <div class="about">
        <h3>${words.say(name)}</h3>
        <p>${words.say(note)}</p>
      </div>
      <div class="outcome">
        <p class="status">${words.say(word)}</p>
        ${
          counted
            ? html`<p class="count">
                ${words.say('ofExpected', { checked: check.checked, expected: check.expected })}
              </p>`
            : nothing
        }
      </div>
      ${check && check.problems.length > 0 ? problemsView(check, words) : nothing}
    </li>
  `;
}

export function checksView({ checks, stage }: ObserverState, words: Words): TemplateResult {
  return html`
    <section class="panel" aria-labelledby="checks">
      <h2 id="checks">${words.say('checks')}</h2>
      <ul class="checks">
        ${checkIds.map((id) =>
          checkView(
            id,
            checks.find((check) => check.id === id),
            stage === 'running',
            words,
          ),
        )}
      </ul>
    </section>
  `;
}

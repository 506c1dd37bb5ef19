/** What the board answers to a receipt, a tracking code or an opened ballot. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Contest } from '@kabina/election/manifest';
import { badIcon, goodIcon, waitIcon } from './icons.ts';
import type { LookUp, PermitView } from './look-up.ts';
import type { BoardView } from './messages.ts';
import type { TextId } from './texts.ts';
import type { Words } from './words.ts';

const WHY = {
  text: 'whyText',
  election: 'whyElection',
  promise: 'whyPromise',
  proof: 'whyProof',
  rewritten: 'whyRewritten',
  'not-on-board': 'whyNotOnBoard',
  'no-challenge': 'whyNoChallenge',
  'other-opening': 'whyOtherOpening',
  unreachable: 'whyUnreachable',
} satisfies Record<string, TextId>;

/** These are not a slip of the person's but somebody's fault. */
const GRAVE: readonly string[] = ['rewritten', 'other-opening', 'proof'];

const STATES = {
  queued: 'stateQueued',
  accepted: 'stateAccepted',
  recorded: 'stateRecorded',
  counted: 'stateCounted',
  replaced: 'stateReplaced',
} satisfies Record<string, TextId>;

type ReceiptAnswer = NonNullable<Extract<LookUp, { what: 'ballot' }>['receipt']>;

const PROMISES = {
  kept: 'promiseKept',
  waiting: 'promiseWaiting',
  broken: 'promiseBroken',
} satisfies Record<string, TextId>;

function contestTitle(id: string, board: BoardView, words: Words): TemplateResult {
  const contest = board.manifest.contests.find((one) => one.id === id);
  if (!contest) return html`${id}`;
  return html`<span lang=${words.languageOf(contest.title)}>${words.named(contest.title)}</span>`;
}

function permitView({ contest, revisions }: PermitView, board: BoardView, words: Words) {
  return html`
    <table class="revisions">
      <caption>
        ${contestTitle(contest, board, words)}. ${words.say('revisions')}
      </caption>
      <thead>
        <tr>
          <th scope="col">${words.say('revision')}</th>
          <th scope="col">${words.say('place')}</th>
          <th scope="col">${words.say('outcome')}</th>
        </tr>
      </thead>
      <tbody>
        ${revisions.map(
          ({ revision, index, counts, spoiled, own }) =>
            html`<tr class=${own ? 'own' : ''}>
              <th scope="row">
                ${words.whole(revision + 1)}${own ? html` <em>(${words.say('own')})</em>` : nothing}
              </th>
              <td>${words.whole(index)}</td>
              <td>
                <strong
                  >${words.say(counts ? 'counts' : spoiled ? 'countsNotSpoiled' : 'countsNot')}</strong
                >
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
    <p>${words.say('revisionsWarning')}</p>
  `;
}

function receiptWord({ promise, byKiosk, spoiled, state }: ReceiptAnswer): TextId {
  if (promise === 'broken') return byKiosk ? 'promiseBrokenKiosk' : 'promiseBroken';
  return spoiled ? 'stateSpoiled' : STATES[state];
}

function ballotView(
  { permits, receipt }: Extract<LookUp, { what: 'ballot' }>,
  board: BoardView,
  words: Words,
): TemplateResult {
  const broken = receipt?.promise === 'broken';
  const plain = receipt?.promise === 'waiting' || receipt?.spoiled;
  const tone = broken ? 'bad' : plain ? 'plain' : 'good';
  const icon = { good: goodIcon, bad: badIcon, plain: waitIcon }[tone];
  return html`
    ${
      receipt
        ? html`<p class="word ${tone}">${icon}<span>${words.say(receiptWord(receipt))}</span></p>
            <p>${contestTitle(receipt.contest, board, words)}</p>
            <p class="mono">${receipt.code}</p>
            ${broken ? nothing : html`<p>${words.say(PROMISES[receipt.promise])}</p>`}`
        : nothing
    }
    ${permits.map((permit) => permitView(permit, board, words))}
  `;
}

/** Names of the marked options; the last mark says "blank" where blank papers are allowed. */
function marked(contest: Contest | undefined, marks: readonly number[], words: Words) {
  return marks.flatMap((mark, i) => {
    if (mark === 0 || !contest) return [];
    const option = contest.options[i];
    return [
      option
        ? html`<li lang=${words.languageOf(option.name)}>${words.named(option.name)}</li>`
        : html`<li>${words.say('blank')}</li>`,
    ];
  });
}

function openingView(
  { contest, marks, index, good, cast }: Extract<LookUp, { what: 'opening' }>,
  board: BoardView,
  words: Words,
): TemplateResult {
  const found = board.manifest.contests.find(({ id }) => id === contest);
  const fine = good && !cast;
  return html`
    <p>${contestTitle(contest, board, words)}</p>
    <p class="word ${fine ? 'good' : 'bad'}">
      ${fine ? goodIcon : badIcon}<span>${words.say(good ? 'openingGood' : 'openingBad')}</span>
    </p>
    <ul class="marks">
      ${marked(found, marks, words)}
    </ul>
    <p>${words.say(cast ? 'openingCast' : 'openingWhere', { index })}</p>
  `;
}

export function lookUpView(answer: LookUp, board: BoardView, words: Words): TemplateResult {
  switch (answer.what) {
    case 'ballot':
      return ballotView(answer, board, words);
    case 'opening':
      return openingView(answer, board, words);
    case 'nothing': {
      const grave = GRAVE.includes(answer.why);
      return html`<p class="word ${grave ? 'bad' : 'plain'}">
        ${grave ? badIcon : waitIcon}<span>${words.say(WHY[answer.why])}</span>
      </p>`;
    }
  }
}

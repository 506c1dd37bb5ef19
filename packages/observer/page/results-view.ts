/** The recounted result with its bars, and the lines of the results protocols. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Bodies } from '@kabina/election/entries';
import type { Contest } from '@kabina/election/manifest';
import { protocolRelations, type Relation } from '@kabina/election/results-protocol';
import type { Verdict } from '@kabina/election/verify';
import type { BoardView } from './messages.ts';
import type { ObserverState } from './observer.ts';
import type { Words } from './words.ts';

type Recounted = Verdict['tally'][number];

function barRow(name: unknown, count: number, ballots: number, words: Words): TemplateResult {
  const width = ballots === 0 ? 0 : (100 * count) / ballots;
  return html`
    <tbody>
      <tr>
        <th scope="row">${name}</th>
        <td class="number">${words.whole(count)}</td>
        <td class="part">${words.percent(count, ballots)}</td>
      </tr>
      <tr class="bar" aria-hidden="true">
        <td colspan="3">
          <svg viewBox="0 0 100 2" preserveAspectRatio="none">
            <rect class="track" width="100" height="2" />
            <rect class="fill" width=${width} height="2" />
          </svg>
        </td>
      </tr>
    </tbody>
  `;
}

function resultView(
  result: Recounted,
  contest: Contest,
  board: BoardView,
  words: Words,
): TemplateResult {
  const { counts, ballots, blank } = result;
  const title = html`<h3 lang=${words.languageOf(contest.title)}>
    ${words.named(contest.title)}
  </h3>`;
  if (counts === null) {
    return html`${title}
      <p>${words.say('notDecrypted', { count: ballots })}</p>`;
  }
  const left = (option: string) =>
    board.withdrawn.some((one) => one.contest === contest.id && one.option === option);
  return html`
    ${title}
    <table class="result" data-contest=${contest.id}>
      <thead>
        <tr>
          <th scope="col">${words.say('option')}</th>
          <th scope="col" class="number">${words.say('votes')}</th>
          <th scope="col" class="part">${words.say('share')}</th>
        </tr>
      </thead>
      ${contest.options.map(({ id, name }, i) =>
        barRow(
          html`<span lang=${words.languageOf(name)}>${words.named(name)}</span>${
              left(id) ? html` (${words.say('withdrawn')})` : nothing
            }`,
          counts[i] ?? 0,
          ballots,
          words,
        ),
      )}
      ${contest.min === 0 ? barRow(words.say('blank'), blank ?? 0, ballots, words) : nothing}
    </table>
    <p>${words.say('ballots', { count: ballots })}</p>
  `;
}

function relationText({ id, text }: Relation, words: Words): string {
  if (id === 'R5') return words.say('relationR5');
  return id === 'R6' ? words.say('relationR6') : text;
}

function relationsView(relations: readonly Relation[], words: Words): TemplateResult {
  const word = (holds: boolean | undefined) => {
    if (holds === undefined) return words.say('relationNone');
    return words.say(holds ? 'relationHolds' : 'relationBroken');
  };
  return html`
    <h4>${words.say('relations')}</h4>
    <ul class="relations">
      ${relations.map(
        (relation) =>
          html`<li class=${relation.holds === false ? 'bad' : ''}>
            <span>${relation.id}: ${relationText(relation, words)}</span>
            <strong>${word(relation.holds)}</strong>
          </li>`,
      )}
    </ul>
  `;
}

function protocolView(
  protocol: Bodies['protocol'],
  contest: Contest,
  board: BoardView,
  words: Words,
): TemplateResult {
  const lines = protocol.lines.map(([no, , value]) => [no, value] as const);
  const counted = {
    ballots: board.ballots[contest.id] ?? 0,
    issued: board.issued[contest.id] ?? 0,
  };
  return html`
    <details class="protocol">
      <summary>
        ${words.say('protocol')}
        <span class="hidden" lang=${words.languageOf(contest.title)}
          >${words.named(contest.title)}</span
        >
      </summary>
      <p>${words.say('protocolSigned', { time: words.moment(protocol.signedAt) })}</p>
      <table>
        <thead>
          <tr>
            <th scope="col">${words.say('line')}</th>
            <th scope="col">${words.say('lineText')}</th>
            <th scope="col" class="number">${words.say('value')}</th>
          </tr>
        </thead>
        <tbody>
          ${protocol.lines.map(
            ([no, text, value]) =>
              html`<tr>
                <td>${no}</td>
                <td lang="ru">${text}</td>
                <td class="number">
                  ${value === null ? words.say('notDecryptedValue') : words.whole(value)}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${relationsView(protocolRelations(contest, lines, counted), words)}
    </details>
  `;
}

function contestView(result: Recounted, board: BoardView, words: Words): TemplateResult {
  const contest = board.manifest.contests.find(({ id }) => id === result.contest);
  const protocol = board.protocols.find((one) => one.contest === result.contest);
  return html`
    <div class="contest">
      ${contest ? resultView(result, contest, board, words) : nothing}
      ${contest && protocol ? protocolView(protocol, contest, board, words) : nothing}
    </div>
  `;
}

/** Who has signed: with tokens the audit has checked each signature. */
function rollView({ roll, manifest }: BoardView, words: Words): TemplateResult | typeof nothing {
  if (roll === undefined || roll.length === 0) return nothing;
  const signed = words.say(manifest.commission.authority ? 'rollToken' : 'rollWord');
  return html`
    <h3>${words.say('roll')}</h3>
    <ul class="roll">
      ${roll.map(
        (member) =>
          html`<li>
            <strong>${member.name}</strong>,
            <span lang=${words.languageOf(member.post)}>${words.named(member.post)}</span>:
            ${member.signed ? signed : words.say('rollAbsent', { reason: member.reason ?? '' })}${
              member.dissent ? html`, ${words.say('rollDissent')}` : nothing
            }
          </li>`,
      )}
    </ul>
  `;
}

export function resultsView({ verdict, board }: ObserverState, words: Words): TemplateResult {
  const tally = verdict?.tally ?? [];
  return html`
    <section class="panel" aria-labelledby="results">
      <h2 id="results">${words.say('results')}</h2>
      ${
        tally.length === 0 || !board
          ? html`<p>${words.say('noResults')}</p>`
          : html`<p>${words.say('resultsNote')}</p>
              ${tally.map((result) => contestView(result, board, words))} ${rollView(board, words)}`
      }
    </section>
  `;
}

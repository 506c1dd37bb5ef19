import { LitElement, html, nothing, svg } from 'lit';
import { property } from 'lit/decorators.js';
import { msg, str, updateWhenLocaleChanges } from '@lit/localize';
import type { Localized } from '@kabina/election/manifest';
import { controls } from './controls.styles.ts';
import { inLocale, localeOf } from './localization.ts';
import { hour, share, whole } from './numbers.ts';
import { styles } from './kabina-turnout.styles.ts';
import { tokens } from './tokens.styles.ts';

/** What was true at one moment; numbers only grow. */
export interface TurnoutPoint {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Permits issued. */
  readonly issued: number;
  /** Ballots accepted. */
  readonly ballots: number;
}

/** One contest in the table. */
export interface TurnoutRow {
  readonly title: Localized;
  readonly voters: number;
  readonly issued: number;
  readonly ballots: number;
}

/** The chart's own coordinates. */
const WIDTH = 720;
const HEIGHT = 300;
const LEFT = 64;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 34;

/**
 * @summary Turnout as it grows: how many papers were issued and how many ballots are in the box.
 * The same numbers stand in a table, and the chart's lines differ by dash as well as by colour.
 * @csspart chart - The chart.
 * @csspart table - The table by contest.
 */
export class KabinaTurnout extends LitElement {
  static override styles = [tokens, controls, styles];

  @property({ attribute: false }) accessor voters = 0;
  /** In order of time. */
  @property({ attribute: false }) accessor points: readonly TurnoutPoint[] = [];
  @property({ attribute: false }) accessor rows: readonly TurnoutRow[] = [];

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected override render() {
    const last = this.points.at(-1) ?? { at: 0, issued: 0, ballots: 0 };
    return html`
      <dl class="numbers">
        <div>
          <dt>${msg('Избирателей в списке')}</dt>
          <dd>${whole(this.voters)}</dd>
        </div>
        <div>
          <dt>
            <svg class="key" viewBox="0 0 36 12" aria-hidden="true">
              <path class="issued" d="M0 6h36" />
            </svg>
            ${msg('Выдано бюллетеней')}
          </dt>
          <dd>${whole(last.issued)}</dd>
        </div>
        <div>
          <dt>
            <svg class="key" viewBox="0 0 36 12" aria-hidden="true">
              <path class="ballots" d="M0 6h36" />
            </svg>
            ${msg('В урне')}
          </dt>
          <dd>${whole(last.ballots)}</dd>
        </div>
      </dl>
      ${this.points.length < 2 ? nothing : this.#chart(last)}
      ${this.rows.length === 0 ? nothing : this.#table()}
      ${this.points.length < 2 ? nothing : this.#times()}
    `;
  }

  #chart(last: TurnoutPoint) {
    const first = this.points[0]!;
    const top = niceCeiling(Math.max(1, last.issued, last.ballots));
    const span = Math.max(1, last.at - first.at);
    const x = (at: number) => LEFT + ((at - first.at) / span) * (WIDTH - LEFT - RIGHT);
    const y = (value: number) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
    const line = (of: (point: TurnoutPoint) => number) =>
      this.points
        .map((point, i) => `${i === 0 ? 'M' : 'L'}${fixed(x(point.at))} ${fixed(y(of(point)))}`)
        .join('');
    const ballots = line((point) => point.ballots);
    const label = msg(
      str`Ход голосования с ${hour(first.at)} до ${hour(last.at)}: выдано ${whole(last.issued)}, в урне ${whole(last.ballots)}`,
    );
    return html`<figure>
      <svg
        class="chart"
        part="chart"
        viewBox="0 0 ${WIDTH} ${HEIGHT}"
        role="img"
        aria-label=${label}
      >
        ${[0, 0.25, 0.5, 0.75, 1].map((part) => {
          const level = fixed(y(top * part));
          return svg`<path class="grid" d="M${LEFT} ${level}H${WIDTH - RIGHT}" /><text
            class="axis" x=${LEFT - 8} y=${level} text-anchor="end" dominant-baseline="middle"
          >${whole(Math.round(top * part))}</text>`;
        })}
        ${[0, 1 / 3, 2 / 3, 1].map((part, i) => {
          const at = first.at + span * part;
          const anchor = ['start', 'middle', 'middle', 'end'][i];
          return svg`<text class="axis" x=${fixed(x(at))} y=${HEIGHT - 10} text-anchor=${anchor}
          >${hour(at)}</text>`;
        })}
        <path class="area" d="${ballots}V${y(0)}H${LEFT}z"></path>
        <path class="issued" d=${line((point) => point.issued)}></path>
        <path class="ballots" d=${ballots}></path>
      </svg>
    </figure>`;
  }

  #table() {
    return html`<div class="table" tabindex="0">
      <table part="table">
        <caption>
          ${msg('По голосованиям')}
        </caption>
        <thead>
          <tr>
            <th scope="col">${msg('Голосование')}</th>
            <th scope="col">${msg('В списке')}</th>
            <th scope="col">${msg('Выдано')}</th>
            <th scope="col">${msg('В урне')}</th>
            <th scope="col">${msg('Явка')}</th>
          </tr>
        </thead>
        <tbody>
          ${this.rows.map(
            ({ title, voters, issued, ballots }) =>
              html`<tr>
                <th scope="row" lang=${localeOf(title)}>${inLocale(title)}</th>
                <td>${whole(voters)}</td>
                <td>${whole(issued)}</td>
                <td>${whole(ballots)}</td>
                <td>${share(ballots, voters)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  /** The chart's points, thinned out to two dozen lines, for those who don't see it. */
  #times() {
    const every = Math.max(1, Math.ceil(this.points.length / 24));
    const shown = this.points.filter((_, i) => i % every === 0 || i === this.points.length - 1);
    return html`<details>
      <summary>${msg('График таблицей')}</summary>
      <div class="table" tabindex="0">
        <table>
          <thead>
            <tr>
              <th scope="col">${msg('Время')}</th>
              <th scope="col">${msg('Выдано')}</th>
              <th scope="col">${msg('В урне')}</th>
            </tr>
          </thead>
          <tbody>
            ${shown.map(
              ({ at, issued, ballots }) =>
                html`<tr>
                  <th scope="row">${hour(at)}</th>
                  <td>${whole(issued)}</td>
                  <td>${whole(ballots)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>`;
  }
}

/** 4, 8, 12, 20 or 40 times a power of ten, not below: four equal steps are then whole numbers. */
function niceCeiling(value: number): number {
  for (let power = 1; ; power *= 10) {
    for (const lead of [4, 8, 12, 20]) if (lead * power >= value) return lead * power;
  }
}

function fixed(value: number): number {
  return Math.round(value * 10) / 10;
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-turnout': KabinaTurnout;
  }
}

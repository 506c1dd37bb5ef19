/** What several screens of `<kabina-token>` show: whose token it is, what a check has found. */
import { html, nothing, type TemplateResult } from 'lit';
import { msg, str } from '@lit/localize';
import { checkIcon, crossIcon, infoIcon, warningIcon } from './icons.ts';
import { inLocale, localeOf } from './localization.ts';
import { date } from './numbers.ts';
import type { TokenFinding, TokenView } from './token-task.ts';
import { applicationText, endingText, findingText, tokenErrorText } from './token-text.ts';

const DAY = 86_400_000;

export function holder(token: TokenView): TemplateResult {
  const { application, experimental, serial, name, post, validUntil } = token;
  const ending = endingText(Math.floor((Date.parse(validUntil) - Date.now()) / DAY));
  return html`<section class="holder" aria-label=${msg('Чей это токен')}>
    <p class="name">${name}</p>
    ${post === undefined ? nothing : html`<p lang=${localeOf(post)}>${inLocale(post)}</p>`}
    <dl>
      <dt>${msg('Токен')}</dt>
      <dd>${applicationText(application)} ${msg(str`№ ${serial}`)}</dd>
      <dt>${msg('Сертификат до')}</dt>
      <dd>${date(validUntil)}</dd>
    </dl>
    ${
      ending === undefined
        ? nothing
        : html`<p class="note warn">${warningIcon}<span>${ending}</span></p>`
    }
    ${
      experimental
        ? html`<p class="note">
            ${infoIcon}<span
              >${msg('Работа с такими токенами пробная: с настоящими она ещё не проверена.')}</span
            >
          </p>`
        : nothing
    }
  </section>`;
}

export function findingList(findings: readonly TokenFinding[]): TemplateResult {
  return html`<ul class="findings">
    ${findings.map((finding) => {
      const why = finding.code === undefined ? undefined : tokenErrorText(finding.code);
      return html`<li class=${finding.good ? 'good' : 'bad'}>
        ${finding.good ? checkIcon : crossIcon}
        <div>
          <p class="what">${findingText(finding)}</p>
          ${
            why === undefined
              ? nothing
              : html`<p>
                  ${why.message} ${why.advice} <small class="code">${finding.code}</small>
                </p>`
          }
        </div>
      </li>`;
    })}
  </ul>`;
}

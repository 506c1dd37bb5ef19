import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { html, type TemplateResult } from 'lit';
import {
  candidates,
  long,
  papers,
  projects,
  question,
  queuedPapers,
  queuedReceipt,
  receipt,
} from '@kabina/elements/testing';
import { MarkedPaper } from '@kabina/elements/marked-paper';
import '@kabina/elements/kabina-ballot';
import '@kabina/elements/kabina-ballot-list';
import '@kabina/elements/kabina-challenge';
import '@kabina/elements/kabina-code-entry';
import '@kabina/elements/kabina-option';
import '@kabina/elements/kabina-qr';
import '@kabina/elements/kabina-receipt';
import '@kabina/elements/kabina-recovery';
import '@kabina/elements/kabina-review';
import '@kabina/elements/kabina-scroller';
import '@kabina/elements/kabina-sealed';
import '@kabina/elements/kabina-settings';
import '@kabina/elements/kabina-status';

/** The voter's parts, each by itself, as an embedder with a flow of its own would use them. */
const meta: Meta = {
  title: 'Parts',
  decorators: [(story) => html`<div style="padding: 1rem">${story() as TemplateResult}</div>`],
};
export default meta;

type Story = StoryObj;

function marked(paper: MarkedPaper, ...indexes: number[]): MarkedPaper {
  for (const index of indexes) paper.toggle(index);
  return paper;
}

export const BallotList: Story = {
  render: () =>
    html`<kabina-ballot-list
      .papers=${papers}
      .contests=${[candidates, projects, question]}
    ></kabina-ballot-list>`,
};
export const BallotListClosed: Story = {
  render: () =>
    html`<kabina-ballot-list
      .papers=${papers}
      .contests=${[candidates, projects, question]}
      .voting=${'closed'}
    ></kabina-ballot-list>`,
};
/** On a station's kiosk with the line down. */
export const BallotListQueued: Story = {
  render: () =>
    html`<kabina-ballot-list
      .papers=${queuedPapers}
      .contests=${[candidates, projects, question]}
    ></kabina-ballot-list>`,
};
export const BallotOne: Story = {
  render: () =>
    html`<kabina-ballot .paper=${marked(new MarkedPaper(candidates, ['c3']), 4)}></kabina-ballot>`,
};
export const BallotSeveral: Story = {
  render: () =>
    html`<kabina-ballot .paper=${marked(new MarkedPaper(projects), 1, 4)}></kabina-ballot>`,
};
export const BallotFull: Story = {
  render: () =>
    html`<kabina-ballot .paper=${marked(new MarkedPaper(projects), 0, 1, 4)}></kabina-ballot>`,
};
export const BallotQuestion: Story = {
  render: () => html`<kabina-ballot .paper=${new MarkedPaper(question)}></kabina-ballot>`,
};
export const BallotSixty: Story = {
  render: () =>
    html`<div style="block-size: 90dvh">
      <kabina-ballot kiosk .paper=${new MarkedPaper(long)}></kabina-ballot>
    </div>`,
};
export const Option: Story = {
  render: () => html`<kabina-option .option=${candidates.options[0]}></kabina-option>`,
};
export const OptionMarked: Story = {
  render: () =>
    html`<kabina-option .option=${candidates.options[0]} .marked=${true}></kabina-option>`,
};
export const OptionCheckbox: Story = {
  render: () =>
    html`<kabina-option
      .option=${projects.options[0]}
      .single=${false}
      .marked=${true}
    ></kabina-option>`,
};
export const OptionWithdrawn: Story = {
  render: () =>
    html`<kabina-option .option=${candidates.options[2]} .withdrawn=${true}></kabina-option>`,
};
export const Review: Story = {
  render: () =>
    html`<kabina-review .paper=${marked(new MarkedPaper(projects), 1, 4)}></kabina-review>`,
};
export const ReviewBusy: Story = {
  render: () =>
    html`<kabina-review
      .paper=${marked(new MarkedPaper(candidates), 1)}
      .busy=${true}
    ></kabina-review>`,
};
export const ReviewBlank: Story = {
  render: () => html`<kabina-review .paper=${new MarkedPaper(projects)}></kabina-review>`,
};
export const Sealed: Story = {
  render: () =>
    html`<kabina-sealed
      .code=${'kabina-core:5f0c6b1e'}
      .trackingCode=${receipt.trackingCode}
    ></kabina-sealed>`,
};
export const Challenge: Story = {
  render: () =>
    html`<kabina-challenge
      .contest=${projects}
      .marks=${[0, 1, 0, 0, 1, 0, 0, 0]}
      .code=${'kabina-opening:5f0c6b1e'}
      .trackingCode=${receipt.trackingCode}
    ></kabina-challenge>`,
};
export const ChallengeBlank: Story = {
  render: () =>
    html`<kabina-challenge
      .contest=${projects}
      .marks=${[0, 0, 0, 0, 0, 0, 0, 0]}
      .code=${'kabina-opening:5f0c6b1e'}
      .trackingCode=${receipt.trackingCode}
    ></kabina-challenge>`,
};
export const Receipt: Story = {
  render: () =>
    html`<kabina-receipt
      .receipt=${receipt}
      .contest=${candidates}
      .training=${true}
    ></kabina-receipt>`,
};
export const ReceiptQueued: Story = {
  render: () =>
    html`<kabina-receipt kiosk .receipt=${queuedReceipt} .contest=${question}></kabina-receipt>`,
};
export const StatusQueued: Story = {
  render: () => html`<kabina-status .state=${'queued'}></kabina-status>`,
};
export const StatusAccepted: Story = {
  render: () => html`<kabina-status .state=${'accepted'}></kabina-status>`,
};
export const StatusRecorded: Story = {
  render: () => html`<kabina-status .state=${'recorded'}></kabina-status>`,
};
export const StatusCounted: Story = {
  render: () => html`<kabina-status .state=${'counted'}></kabina-status>`,
};
export const StatusReplaced: Story = {
  render: () => html`<kabina-status .state=${'replaced'}></kabina-status>`,
};
export const CodeEntryDigits: Story = {
  render: () =>
    html`<kabina-code-entry .label=${'Код из сообщения'} .groups=${[6]}></kabina-code-entry>`,
};
export const CodeEntryKeypad: Story = {
  render: () =>
    html`<kabina-code-entry
      keypad
      .label=${'Код доступа'}
      .hint=${'Десять знаков с листка'}
      .alphabet=${'base32'}
      .groups=${[5, 5]}
    ></kabina-code-entry>`,
};
export const CodeEntryCard: Story = {
  render: () =>
    html`<kabina-code-entry
      keypad
      .label=${'Карточка доступа'}
      .hint=${'Восемь групп по четыре знака, или код с карточки'}
      .alphabet=${'base32'}
      .groups=${[4, 4, 4, 4, 4, 4, 4, 4]}
      .scanned=${'kabina-card:'}
    ></kabina-code-entry>`,
};
export const CodeEntryError: Story = {
  render: () =>
    html`<kabina-code-entry
      .label=${'Код из сообщения'}
      .groups=${[6]}
      .error=${'Код не подошёл.'}
    ></kabina-code-entry>`,
};
export const Qr: Story = {
  render: () => html`<kabina-qr .value=${receipt.text} .label=${'QR-код квитанции'}></kabina-qr>`,
};
export const Settings: Story = { render: () => html`<kabina-settings></kabina-settings>` };
export const Recovery: Story = {
  render: () =>
    html`<kabina-recovery
      .read=${() => Promise.resolve('K4B1N-A0000-TRA1N-1NG00')}
      .restore=${() => undefined}
    ></kabina-recovery>`,
};
export const Scroller: Story = {
  render: () =>
    html`<kabina-scroller buttons style="block-size: 20rem">
      ${candidates.options.map(({ name }) => html`<p>${name.ru}</p>`)}
    </kabina-scroller>`,
};

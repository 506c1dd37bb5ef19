import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { html, type TemplateResult } from 'lit';
import {
  binding,
  candidates,
  form,
  lines,
  projects,
  relations,
  result,
  rollSigned,
  seat,
  training,
  turnout,
} from '@kabina/elements/testing';
import type { ProtocolForm, RollRow } from '@kabina/elements/kabina-results-protocol';
import '@kabina/elements/kabina-results';
import '@kabina/elements/kabina-results-protocol';
import '@kabina/elements/kabina-trustee';
import '@kabina/elements/kabina-turnout';

/** The commission's office. */
const meta: Meta = {
  title: 'Office',
  decorators: [(story) => html`<div style="padding: 1.5rem">${story() as TemplateResult}</div>`],
};
export default meta;

type Story = StoryObj;

export const TrusteeFresh: Story = {
  render: () =>
    html`<kabina-trustee
      .trustee=${seat({ at: 'locked', fresh: true, busy: false, wrong: false })}
    ></kabina-trustee>`,
};
export const TrusteeWrongPassphrase: Story = {
  render: () =>
    html`<kabina-trustee
      .trustee=${seat({ at: 'locked', fresh: false, busy: false, wrong: true })}
    ></kabina-trustee>`,
};
/** The holder of a fresh seat may take a token in place of the passphrase. */
export const TrusteeChooses: Story = {
  render: () =>
    html`<kabina-trustee
      .trustee=${seat({ at: 'locked', fresh: true, busy: false, wrong: false, guard: 'either' })}
    ></kabina-trustee>`,
};
export const TrusteeByToken: Story = {
  render: () =>
    html`<kabina-trustee
      .trustee=${seat({ at: 'locked', fresh: false, busy: false, wrong: false, guard: 'token' })}
    ></kabina-trustee>`,
};
export const TrusteeWorking: Story = {
  render: () =>
    html`<kabina-trustee
      .trustee=${seat({ at: 'working', stage: 'reveal', waitingFor: 'reveals' })}
    ></kabina-trustee>`,
};
export const TrusteeKeeping: Story = {
  render: () =>
    html`<kabina-trustee
      .trustee=${seat({ at: 'working', stage: 'keep', waitingFor: 'tally' })}
    ></kabina-trustee>`,
};
export const TrusteeAsked: Story = {
  render: () =>
    html`<kabina-trustee
      .trustee=${seat({ at: 'asked', ballots: 2431, contests: 3 })}
    ></kabina-trustee>`,
};
export const TrusteeDecrypting: Story = {
  render: () =>
    html`<kabina-trustee
      .trustee=${seat({ at: 'decrypting', done: 1, contests: 3 })}
    ></kabina-trustee>`,
};
export const TrusteeDone: Story = {
  render: () => html`<kabina-trustee .trustee=${seat({ at: 'done' })}></kabina-trustee>`,
};
export const TrusteeFailed: Story = {
  render: () =>
    html`<kabina-trustee
      .trustee=${seat({ at: 'failed', code: 'board.witnesses', retry: true })}
    ></kabina-trustee>`,
};
export const Turnout: Story = {
  render: () =>
    html`<kabina-turnout
      .voters=${1200}
      .points=${turnout.points}
      .rows=${turnout.rows}
    ></kabina-turnout>`,
};
export const TurnoutEmpty: Story = {
  render: () => html`<kabina-turnout .voters=${1200}></kabina-turnout>`,
};
export const Results: Story = {
  render: () =>
    html`<kabina-results
      .contest=${candidates}
      .result=${result}
      .withdrawn=${new Set(['c3'])}
    ></kabina-results>`,
};
export const ResultsBlank: Story = {
  render: () =>
    html`<kabina-results
      .contest=${projects}
      .result=${{ contest: 'projects', ballots: 40, counts: [9, 8, 22, 1, 0, 14, 3, 5], blank: 6 }}
    ></kabina-results>`,
};
export const ResultsNobody: Story = {
  render: () =>
    html`<kabina-results
      .contest=${projects}
      .result=${{ contest: 'projects', ballots: 0, counts: [0, 0, 0, 0, 0, 0, 0, 0], blank: 0 }}
    ></kabina-results>`,
};
export const ResultsNotDecrypted: Story = {
  render: () =>
    html`<kabina-results
      .contest=${candidates}
      .result=${{ contest: 'council', ballots: 4, counts: null, blank: null }}
    ></kabina-results>`,
};
function protocol(roll: readonly RollRow[], more: ProtocolForm = form): Story {
  return {
    render: () =>
      html`<kabina-results-protocol
        .manifest=${training}
        .contest=${candidates}
        .lines=${lines}
        .relations=${relations}
        .form=${more}
        .roll=${roll}
      ></kabina-results-protocol>`,
  };
}
/** Nobody has signed: printed now, it has a line for every hand but the absent one's. */
export const ProtocolDraft = protocol(rollSigned(0));
export const ProtocolTwoOfFive = protocol(rollSigned(2));
export const ProtocolSigned = protocol(rollSigned(4));
export const ProtocolRepeated = protocol(rollSigned(4), {
  ...form,
  copy: 2,
  repeated: true,
  complaints: 3,
});
export const ProtocolDraftBroken: Story = {
  render: () =>
    html`<kabina-results-protocol
      .manifest=${binding}
      .contest=${candidates}
      .lines=${lines}
      .relations=${relations.map((relation) =>
        relation.id === 'R2' ? { ...relation, holds: false } : relation,
      )}
    ></kabina-results-protocol>`,
};

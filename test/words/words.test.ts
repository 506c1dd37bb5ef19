// Whoever meets a stable code reads words of their own: what is asked of the sources, not of a list that
// somebody would have to remember.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorText } from '@kabina/elements/error-text';
import { officeErrorText } from '@kabina/kiosk-shell/office/office-errors';
import { codesOf } from './codes.ts';

/** Sources of what voters, members at a kiosk and the registration desk read. */
const STATION = [
  'packages/booth/src/**/*.ts',
  'packages/outbox/src/errors.ts',
  'packages/outbox/src/sender.ts',
  // The services’ own answers.
  'packages/portal/src/errors.ts',
  // Cards and deposits, which people present.
  'packages/election/src/station-card.ts',
  'kiosk-shell/common/machine.ts',
  'kiosk-shell/agent/machine-routes.ts',
  'kiosk-shell/agent/journal-file.ts',
  'kiosk-shell/desk/*.ts',
  'kiosk-shell/terminal/*.ts',
  'packages/elements/src/desk-acts.ts',
];

/** Quoted there, and met by nobody in front of a screen. */
const NOT_AT_STATIONS = [
  // Where the tests let a process die, in `SenderPoint`.
  'send.read',
  'send.taken',
  'send.removed',
  // Said by the page that prints, in words of its own.
  'printer.paper',
  // Asked by auditors and the portal’s page, neither of which shows errors by code.
  'issued.not-yet',
  // A paper's tracking code is looked up by `PortalClient`, to which 404 is an answer.
  'receipts.unknown',
];

/** Sources of what members read in the office. */
const OFFICE = [
  'kiosk-shell/office/*.ts',
  'kiosk-shell/common/{control,config,reach}.ts',
  'kiosk-shell/start/control.ts',
  'packages/booth/src/{http,receipts}.ts',
  'packages/booth/src/station/queue-file.ts',
  'packages/portal/src/errors.ts',
  'packages/election/src/follower.ts',
  'packages/trustee/src/{aggregates,box-client}.ts',
  'packages/crypto/src/passphrase.ts',
];

/** Quoted there, and met by nobody in the office. */
const NOT_IN_THE_OFFICE: readonly RegExp[] = [
  // Voters and kiosks ask for these; the office never does.
  /^(login|session|sessions|codes|permits|challenges|deliveries|receipts|issued)\./,
  // Of members’ tokens, in `token-text.ts`, where `kabina-token.browser.test.ts` looks after them.
  /^(token|card|certificate)\./,
  // Seats are claimed on the holders’ own page.
  /^seats\.(malformed|taken)$/,
  // Of a voter’s own receipt.
  /^box\.proof$/,
  // No election yet: the office takes it for an answer.
  /^config\.no-election$/,
];

test('every code that reaches a voter, a kiosk’s member or the desk has words', async () => {
  const unexpected = errorText('whatever').message;
  const wordless = (await codesOf(STATION)).filter(
    (code) => errorText(code).message === unexpected,
  );
  assert.deepEqual(wordless, NOT_AT_STATIONS.toSorted());
});

test('every code that reaches the office has words', async () => {
  const unexpected = officeErrorText('what.ever');
  const wordless = (await codesOf(OFFICE)).filter(
    (code) =>
      officeErrorText(code) === unexpected && !NOT_IN_THE_OFFICE.some((own) => own.test(code)),
  );
  assert.deepEqual(wordless, []);
  // Of a log and its witnesses.
  assert.notEqual(officeErrorText('quorum'), unexpected);
});

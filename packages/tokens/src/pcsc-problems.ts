/**
 * What PC/SC's errors mean to a user of a card. Codes are those of `pcsc-mini`, which names
 * pcsclite's `SCARD_E_…` and `SCARD_W_…` so.
 */
import { fail, type TransportCode } from './result.ts';

const PCSCD_GONE = ['NoService', 'ServiceStopped', 'ServerTooBusy', 'CommError', 'InvalidHandle'];
const DENIED = ['AccessDenied', 'NoAccess', 'SecurityViolation'];
const READER_GONE = ['UnknownReader', 'ReaderUnavailable'];
const CARD_GONE = ['NoSmartCard', 'RemovedCard'];
/** The session's state of the card, a verified PIN among it, is lost: as if it had been pulled. */
const CARD_RESET = ['ResetCard', 'UnpoweredCard'];
const MUTE = ['Timeout', 'UnresponsiveCard', 'NotTransacted', 'CommDataLost'];

type Failure = ReturnType<typeof fail>;
type Meanings = readonly (readonly [readonly string[], TransportCode])[];

const OF_START: Meanings = [[DENIED, 'transport.denied']];
const OF_CONNECT: Meanings = [
  [['SharingViolation', 'CardIsBusy', 'DeviceBusy'], 'transport.busy'],
  [CARD_GONE, 'transport.no-card'],
  [READER_GONE, 'transport.removed'],
  [[...MUTE, ...CARD_RESET], 'transport.mute'],
  [DENIED, 'transport.denied'],
  [PCSCD_GONE, 'transport.unreachable'],
];
const OF_TRANSMIT: Meanings = [
  [[...CARD_GONE, ...CARD_RESET, ...READER_GONE, ...PCSCD_GONE], 'transport.removed'],
  [MUTE, 'transport.mute'],
];

export function startProblem(error: unknown): Failure {
  return problem(error, OF_START, 'transport.unreachable');
}

export function connectProblem(error: unknown): Failure {
  return problem(error, OF_CONNECT, 'transport.protocol');
}

export function transmitProblem(error: unknown): Failure {
  return problem(error, OF_TRANSMIT, 'transport.protocol');
}

function problem(error: unknown, meanings: Meanings, other: TransportCode): Failure {
  const { code } = error as { code?: unknown };
  const name = typeof code === 'string' ? code : 'unknown';
  const meaning = meanings.find(([codes]) => codes.includes(name));
  return fail(meaning?.[1] ?? other, `PC/SC: ${name}`);
}

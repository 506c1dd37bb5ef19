/**
 * The rules of a manifest that its shape alone cannot say.
 */
import { isAuthorityAt, parseCertificate } from '@kabina/cms/certificate';
import { CmsError } from '@kabina/cms/errors';
import { bytesToHex } from '@kabina/crypto/bytes';
import { suiteById } from '@kabina/crypto/suites';
import { vectorLengths } from '@kabina/crypto/vector';
import { COSIGNATURE_V1, ED25519, parseVerifierKey } from '@kabina/log/note';
import { MAX_BYTES } from './cbor.ts';
import { contestShape } from './contest-shape.ts';
import { ElectionError } from './errors.ts';
import type { Contest, Issuer, Manifest } from './manifest.ts';
import { plainName } from './member-name.ts';
import { servedStyles, stationList } from './served-styles.ts';

/** What a ballot's entry takes besides its vector and its issuers' signatures, generously. */
const BALLOT_OVERHEAD = 1024;
/** What a `late` entry adds: a kiosk's name and a proof of 32 hashes. */
const LATE_OVERHEAD = 32 * 34 + 128;
/** The protocols are signed within a day of the closing. */
const NIGHT_MS = 86_400_000;
/** Bits that an issuer's modulus must have (RFC 9474 §8: keys made for one purpose). */
const LEAST_MODULUS_BITS = 3072;

function fail(what: string, message: string): never {
  throw new ElectionError(`manifest.${what}`, message);
}

function unique(what: string, values: readonly (string | number)[]): void {
  const seen = new Set<string | number>();
  for (const value of values) {
    if (seen.has(value)) fail('duplicate', `${what} ${value} stands twice`);
    seen.add(value);
  }
}

function checkContest(contest: Contest): void {
  const what = `contest ${contest.id}`;
  unique(
    `${what}: option`,
    contest.options.map((option) => option.id),
  );
  if (contest.max > contest.options.length) fail('marks', `${what}: more marks than options`);
  if (contest.min > contest.max) fail('marks', `${what}: min is more than max`);
}

function checkHours(manifest: Manifest): void {
  const { opens, issuingCloses, closes, pauses } = manifest.hours;
  const at = (moment: string) => Date.parse(moment);
  if (!(at(opens) < at(issuingCloses) && at(issuingCloses) <= at(closes))) {
    fail('hours', 'opening, the end of issuing and closing are not in this order');
  }
  let last = at(opens);
  for (const { from, to } of pauses) {
    if (!(last <= at(from) && at(from) < at(to) && at(to) <= at(closes))) {
      fail('hours', `the pause from ${from} is not within the hours, after the one before it`);
    }
    last = at(to);
  }
  if (manifest.revoting) {
    const until = at(manifest.revoting.until);
    if (!(at(opens) < until && until <= at(closes)))
      fail('hours', 'revoting ends outside the hours');
  }
}

/** A key for each contest online, and for each that a station serves: with every issuer the same. */
function wantedKeys({ contests, stations, issuers }: Manifest): Set<string> {
  const lists = stations.map(({ id }) => stationList(id));
  const first = issuers[0] as Issuer;
  const atStations = first.keys.filter(
    ({ list, contest }) => lists.includes(list) && contests.some(({ id }) => id === contest),
  );
  return new Set([
    ...contests.map(({ id }) => `${id} online`),
    ...atStations.map(({ list, contest }) => `${contest} ${list}`),
  ]);
}

function checkStations(manifest: Manifest): void {
  const { stations, kiosks } = manifest;
  unique(
    'station',
    stations.map(({ id }) => id),
  );
  for (const { id, station } of kiosks) {
    if (station !== undefined && !stations.some((one) => one.id === station)) {
      fail('stations', `kiosk ${id}: no such station`);
    }
  }
  for (const { id } of stations) {
    if (!kiosks.some(({ station }) => station === id)) fail('stations', `${id} has no kiosk`);
    if (servedStyles(manifest, id).length === 0) {
      fail('stations', `${id}: issuers have no keys for all contests of any style`);
    }
  }
}

function checkIssuer(manifest: Manifest, issuer: Issuer): void {
  const wanted = wantedKeys(manifest);
  unique(
    `issuer ${issuer.id}: key for`,
    issuer.keys.map((key) => `${key.contest} ${key.list}`),
  );
  for (const key of issuer.keys) {
    const what = `issuer ${issuer.id}, contest ${key.contest}`;
    if (!wanted.delete(`${key.contest} ${key.list}`)) {
      fail('issuer-keys', `${what}: a key for a contest or list that is not there`);
    }
    const [first, last] = [key.modulus[0] as number, key.modulus[key.modulus.length - 1] as number];
    const bits = key.modulus.length * 8 - Math.clz32(first) + 24;
    if (first === 0 || bits < LEAST_MODULUS_BITS || last % 2 === 0) {
      fail(
        'issuer-keys',
        `${what}: an odd modulus of at least ${LEAST_MODULUS_BITS} bits expected`,
      );
    }
    if (key.exponent % 2 === 0) fail('issuer-keys', `${what}: an even exponent`);
  }
  for (const missing of wanted) fail('issuer-keys', `issuer ${issuer.id}: no key for ${missing}`);
}

function checkBallotSize(manifest: Manifest): void {
  const suite = suiteById(manifest.suite);
  for (const contest of manifest.contests) {
    const { cells, proofs, sum } = vectorLengths(suite, contestShape(contest));
    const signatures = manifest.issuers.map((issuer) =>
      Math.max(...issuer.keys.map((key) => key.modulus.length)),
    );
    const overhead = BALLOT_OVERHEAD + (manifest.stations.length > 0 ? LATE_OVERHEAD : 0);
    const size = cells + proofs + sum + signatures.reduce((total, n) => total + n + 3, overhead);
    if (size > MAX_BYTES) {
      fail('ballot-size', `contest ${contest.id}: a ballot would take some ${size} bytes`);
    }
  }
}

/** Members sign under certificates of one authority, are told apart by name, and are enough. */
function checkMembers({ kind, commission, hours }: Manifest): void {
  const { members, authority } = commission;
  if (!authority) {
    if (kind === 'binding') fail('members', 'a binding election names the members’ authority');
    return;
  }
  unique(
    'member',
    members.map(({ name }) => plainName(name)),
  );
  const most = Math.max(authority.opening, authority.closing, authority.publishing);
  if (most > members.length) fail('members', 'more signatures are needed than there are members');
  try {
    const certificate = parseCertificate(authority.certificate);
    const closes = Date.parse(hours.closes);
    const times = [new Date(hours.opens), new Date(closes), new Date(closes + NIGHT_MS)];
    if (times.every((at) => isAuthorityAt(certificate, at))) return;
  } catch (cause) {
    if (!(cause instanceof CmsError)) throw cause;
    throw new ElectionError('manifest.authority', cause.message, { cause });
  }
  fail('authority', 'the members’ authority is no authority, or not from the opening to the count');
}

/** The log's and the witnesses' keys are of the right kind, and no two witnesses are one. */
function checkNoteKeys(manifest: Manifest): void {
  const parse = (vkey: string, type: number) => {
    try {
      const key = parseVerifierKey(vkey);
      if (key.type === type) return key;
    } catch (cause) {
      throw new ElectionError('manifest.note-key', `not a verifier key: ${vkey}`, { cause });
    }
    return fail('note-key', `a verifier key of type ${type} expected: ${vkey}`);
  };
  parse(manifest.board.key, ED25519);
  const witnesses = manifest.witnesses.keys.map((vkey) => parse(vkey, COSIGNATURE_V1));
  unique(
    'witness key',
    witnesses.map((key) => bytesToHex(key.publicKey)),
  );
  unique(
    'witness',
    witnesses.map((key) => key.name),
  );
}

/** Checks everything but the shape. Throws `ElectionError('manifest.…')`. */
export function checkManifestRules(manifest: Manifest): void {
  unique(
    'contest',
    manifest.contests.map((contest) => contest.id),
  );
  manifest.contests.forEach(checkContest);
  checkBallotSize(manifest);

  unique(
    'style',
    manifest.styles.map((style) => style.id),
  );
  const contests = new Set(manifest.contests.map((contest) => contest.id));
  for (const style of manifest.styles) {
    unique(`style ${style.id}: contest`, style.contests);
    for (const contest of style.contests) {
      if (!contests.has(contest)) fail('styles', `style ${style.id}: no contest ${contest}`);
    }
  }
  for (const contest of contests) {
    if (!manifest.styles.some((style) => style.contests.includes(contest))) {
      fail('styles', `contest ${contest} is in no style`);
    }
  }
  const voters = manifest.styles.reduce((sum, style) => sum + style.voters, 0);
  if (voters !== manifest.voters.count) {
    fail('voters', `styles have ${voters} voters, the list has ${manifest.voters.count}`);
  }

  checkHours(manifest);

  const { threshold, holders } = manifest.trustees;
  holders.forEach((holder, i) => {
    if (holder.index !== i + 1) fail('trustees', 'holders are not numbered 1, 2, …');
  });
  if (threshold > holders.length) fail('trustees', 'the threshold is more than the holders');

  unique(
    'issuer',
    manifest.issuers.map((issuer) => issuer.id),
  );
  for (const issuer of manifest.issuers) checkIssuer(manifest, issuer);
  // A blind-signing key does nothing else: not in two contests, not in two hands.
  unique(
    'blind-signing key',
    manifest.issuers.flatMap((i) => i.keys.map((key) => bytesToHex(key.modulus))),
  );
  unique(
    'kiosk',
    manifest.kiosks.map((kiosk) => kiosk.id),
  );
  checkStations(manifest);
  unique(
    'signing key',
    [
      manifest.commission.signingKey,
      manifest.box.signingKey,
      ...manifest.issuers.map((issuer) => issuer.signingKey),
      ...holders.map((holder) => holder.signingKey),
      ...manifest.kiosks.map((kiosk) => kiosk.signingKey),
      ...manifest.stations.map((station) => station.signingKey),
    ].map(bytesToHex),
  );
  unique(
    'HPKE key',
    holders.map((holder) => bytesToHex(holder.hpkeKey)),
  );

  checkMembers(manifest);
  checkNoteKeys(manifest);
  const { quorum, keys } = manifest.witnesses;
  if (keys.length === 0 ? quorum !== 0 : quorum > keys.length || quorum * 2 <= keys.length) {
    fail('witnesses', 'the quorum is not a majority of the witnesses');
  }
  if (manifest.kind === 'binding' && keys.length === 0) {
    fail('witnesses', 'a binding election needs witnesses');
  }
}

/**
 * What members of the commission do with their tokens: sign an act of the election, and find out a
 * week before whether all will work on the night.
 */
import { checkCertificate, parseCertificate, type Certificate } from '@kabina/cms/certificate';
import { prepareSignature } from '@kabina/cms/signed-data';
import { concatBytes, equalBytes, randomBytes, utf8ToBytes } from '@kabina/crypto/bytes';
import type { Localized, Manifest } from '@kabina/election/manifest';
import { commitmentAttribute, memberDocument, memberOf, type Act } from '@kabina/election/members';
import type { TokenFinding } from '@kabina/elements/token-task';
import type { Card, PinOptions } from '@kabina/tokens/card';
import type { Result } from '@kabina/tokens/result';
import type { TokenOutcome, TokenUse, TokenWork } from '../common/token-session.ts';
import type { Commission } from './commission.ts';

const SUBJECTS: Readonly<Record<Act, Localized>> = {
  open: {
    ru: 'Открытие голосования',
    kk: 'Дауыс беруді ашу',
    en: 'Opening of the voting',
  },
  close: {
    ru: 'Закрытие голосования',
    kk: 'Дауыс беруді жабу',
    en: 'Closing of the voting',
  },
  publish: {
    ru: 'Протоколы об итогах голосования',
    kk: 'Дауыс беру қорытындылары туралы хаттамалар',
    en: 'Protocols of the results of the voting',
  },
};

/** Voting ends then, and the protocols are signed within this time: a day, in ms. */
const NIGHT_MS = 86_400_000;

/** Why a certificate is no good at a time, by the code that the screen has words for. */
export function certificateFault(
  manifest: Manifest,
  certificate: Certificate,
  at: Date,
): string | undefined {
  const { authority } = manifest.commission;
  if (authority === undefined) return 'token.authority';
  const code = checkCertificate(certificate, parseCertificate(authority.certificate), at);
  switch (code) {
    case undefined:
      return undefined;
    case 'certificate.expired':
      return 'token.expired';
    case 'certificate.not-yet':
      return 'token.not-yet';
    case 'certificate.usage':
      return 'token.usage';
    default:
      return 'token.authority';
  }
}

/**
 * Signs content with a card. Nothing leaves unless the signature fits the certificate.
 *
 * @returns the CMS, DER, or the card's problem
 */
export async function signWith(
  card: Card,
  certificate: Certificate,
  { content, dissent, pin, options }: SigningOf,
): Promise<Result<Uint8Array> | { ok: false; code: string }> {
  const prepared = prepareSignature({
    certificate: certificate.der,
    content,
    signingTime: new Date(),
    attributes: [commitmentAttribute(dissent)],
  });
  const signed = await card.sign(prepared.input, pin, options);
  if (!signed.ok) return signed;
  try {
    return { ok: true, value: prepared.finish(signed.value) };
  } catch {
    return { ok: false, code: 'token.signature' };
  }
}

interface SigningOf {
  readonly content: Uint8Array;
  readonly dissent: boolean;
  readonly pin: Uint8Array;
  readonly options: PinOptions;
}

/** A member signs an act, and the signature goes on the board. */
export function signingWork(
  commission: Commission,
  act: Act,
  member: number,
  dissent = false,
): TokenWork {
  // What the person has before them: the PIN is given for this and for nothing that came later.
  const shown = memberDocument(commission.state, act);
  return {
    purpose: 'sign',
    subject: SUBJECTS[act],
    admit(certificate) {
      const { manifest, state } = commission;
      // As the board will judge it, and not by this machine's clock.
      const fault = certificateFault(manifest, certificate, state.certificateTime(act));
      if (fault !== undefined) return { code: fault };
      const place = memberOf(manifest, certificate);
      if (place === undefined) return { code: 'token.not-on-roll' };
      if (place !== member) return { code: 'token.other-token' };
      if (state.signatures(act).has(place)) return { code: 'token.already-signed' };
      return { post: manifest.commission.members[place - 1]!.post };
    },
    async perform({ card, certificate, pin, options, sending }): Promise<TokenOutcome> {
      await commission.refresh();
      const content = memberDocument(commission.state, act);
      if (!equalBytes(content, shown)) return { done: false, code: 'token.document' };
      const signed = await signWith(card, certificate, { content, dissent, pin, options });
      if (!signed.ok)
        return { done: false, ...('code' in signed ? { code: signed.code } : signed) };
      sending();
      try {
        await commission.addSignature(act, member, signed.value);
      } catch (error) {
        // The line may have broken after the board took it.
        await commission.refresh().catch(() => false);
        if (!commission.state.signatures(act).has(member)) throw notCounted(error);
      }
      return { done: true };
    },
  };
}

function notCounted(error: unknown): unknown {
  const { code } = error as { code?: string };
  return code === 'entries.refused'
    ? Object.assign(new Error(), { code: 'token.not-counted' })
    : error;
}

/** «Проверить токен»: the certificate on the night, the PIN, and a signature that counts for nothing. */
export function checkingWork(manifest: Manifest): TokenWork {
  return {
    purpose: 'check',
    subject: {
      ru: 'Проверка токена',
      kk: 'Токенді тексеру',
      en: 'Token check',
    },
    admit(certificate) {
      const place = memberOf(manifest, certificate);
      if (place === undefined) return { code: 'token.not-on-roll' };
      return { post: manifest.commission.members[place - 1]!.post };
    },
    async perform(use): Promise<TokenOutcome> {
      const night = new Date(Date.parse(manifest.hours.closes) + NIGHT_MS);
      const fault =
        certificateFault(manifest, use.certificate, new Date()) ??
        certificateFault(manifest, use.certificate, night);
      const findings: TokenFinding[] = [finding('certificate', fault)];
      const tried = await trySignature(use);
      if ('problem' in tried) return tried;
      return { done: true, findings: [...findings, ...tried.findings] };
    },
  };
}

/** Signs a fresh text that nobody could mistake for a document of the election. */
async function trySignature({
  card,
  certificate,
  pin,
  options,
}: TokenUse): Promise<
  { findings: TokenFinding[] } | Extract<TokenOutcome, { done: false; problem: unknown }>
> {
  const content = concatBytes(utf8ToBytes('kabina/v1/token-check\n'), randomBytes(32));
  const signed = await signWith(card, certificate, { content, dissent: false, pin, options });
  if (signed.ok) return { findings: [finding('pin'), finding('signature')] };
  if ('code' in signed) return { findings: [finding('pin'), finding('signature', signed.code)] };
  const { problem } = signed;
  if (problem.code === 'card.no-key' || problem.code === 'card.unsupported') {
    return { findings: [finding('signature', problem.code)] };
  }
  return { done: false, problem };
}

function finding(what: TokenFinding['what'], code?: string): TokenFinding {
  return { what, good: code === undefined, ...(code === undefined ? {} : { code }) };
}

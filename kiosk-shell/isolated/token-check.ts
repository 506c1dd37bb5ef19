/**
 * «Проверить токен» without an election: does the certificate hold today, is the PIN right, does the
 * signature fit the certificate? Whether its holder is on a commission's roll is the office's matter.
 */
import type { Certificate } from '@kabina/cms/certificate';
import { prepareSignature } from '@kabina/cms/signed-data';
import { concatBytes, randomBytes, utf8ToBytes } from '@kabina/crypto/bytes';
import type { TokenFinding } from '@kabina/elements/token-task';
import type { TokenOutcome, TokenWork } from '../common/token-session.ts';

export function tokenCheck(now: () => Date): TokenWork {
  return {
    purpose: 'check',
    subject: { ru: 'Токен и его ПИН', kk: 'Токен және оның ПИН-коды', en: 'A token and its PIN' },
    admit: () => ({}),
    async perform({ card, certificate, pin, options }): Promise<TokenOutcome> {
      // Fresh, and nothing that anybody could take for a document.
      const content = concatBytes(utf8ToBytes('kabina/v1/token-check\n'), randomBytes(32));
      const prepared = prepareSignature({
        certificate: certificate.der,
        content,
        signingTime: now(),
        attributes: [],
      });
      const valid = finding('certificate', validity(certificate, now()));
      const signed = await card.sign(prepared.input, pin, options);
      if (!signed.ok) {
        const { problem } = signed;
        // That is the token's fault, and no other PIN would help.
        return problem.code === 'card.no-key' || problem.code === 'card.unsupported'
          ? { done: true, findings: [valid, finding('signature', problem.code)] }
          : { done: false, problem };
      }
      try {
        prepared.finish(signed.value);
        return { done: true, findings: [valid, finding('pin'), finding('signature')] };
      } catch {
        const wrong = finding('signature', 'token.signature');
        return { done: true, findings: [valid, finding('pin'), wrong] };
      }
    },
  };
}

function validity({ notBefore, notAfter }: Certificate, now: Date): string | undefined {
  if (now < notBefore) return 'token.not-yet';
  return now > notAfter ? 'token.expired' : undefined;
}

function finding(what: TokenFinding['what'], code?: string): TokenFinding {
  return { what, good: code === undefined, ...(code === undefined ? {} : { code }) };
}

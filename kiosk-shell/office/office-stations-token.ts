/** A member signs an act of the commission: over a dead kiosk's cards, or for a lost desk. */
import { memberOf } from '@kabina/election/members';
import type { TokenOutcome, TokenWork } from '../common/token-session.ts';
import type { Commission } from './commission.ts';
import { certificateFault, signWith } from './member-tokens.ts';
import type { MembersAct } from './members-act.ts';

/** The signature is kept with the act: it goes on the board when enough have signed. */
export function actWork(
  commission: Commission,
  act: MembersAct<unknown>,
  member: number,
): TokenWork {
  return {
    purpose: 'sign',
    subject: act.subject,
    admit(certificate) {
      const { manifest, state } = commission;
      const fault = certificateFault(manifest, certificate, state.certificateTime('close'));
      if (fault !== undefined) return { code: fault };
      const place = memberOf(manifest, certificate);
      if (place === undefined) return { code: 'token.not-on-roll' };
      if (place !== member) return { code: 'token.other-token' };
      if (act.hasSigned(place)) return { code: 'token.already-signed' };
      return { post: manifest.commission.members[place - 1]!.post };
    },
    async perform({ card, certificate, pin, options }): Promise<TokenOutcome> {
      const content = act.document;
      const signed = await signWith(card, certificate, { content, dissent: false, pin, options });
      if (!signed.ok)
        return { done: false, ...('code' in signed ? { code: signed.code } : signed) };
      act.sign(member, signed.value);
      return { done: true };
    },
  };
}

/** A holder's token that guards the share: agrees on the secret under which the vault lies. */
import { TrusteeError, type TrusteeStore } from '@kabina/trustee/store';
import { Vault } from '@kabina/trustee/vault';
import type { TokenProblem } from '@kabina/tokens/result';
import type { TokenFinding } from '@kabina/elements/token-task';
import type { TokenOutcome, TokenWork } from '../common/token-session.ts';

/** Carries a card's problem through the vault, which knows no cards. */
class CardFailed extends Error {
  readonly problem: TokenProblem;
  constructor(problem: TokenProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/**
 * @param opened is given the vault; the token may be taken out then. What it finds is shown
 */
export function shareWork(
  store: TrusteeStore,
  opened: (vault: Vault) => Promise<readonly TokenFinding[] | undefined>,
  purpose: TokenWork['purpose'] = 'share',
): TokenWork {
  return {
    purpose,
    subject: {
      ru: 'Доля ключа хранителя',
      kk: 'Сақтаушының кілт үлесі',
      en: 'The holder’s key share',
    },
    // Whoever's it is: the key in it decides.
    admit: () => ({}),
    async perform({ card, pin, options, sending }): Promise<TokenOutcome> {
      const key = await card.agreementKey();
      if (!key.ok) return { done: false, problem: key.problem };
      try {
        const vault = await Vault.openWithToken(store, {
          publicKey: key.value,
          async agree(point) {
            const agreed = await card.agree(point, pin, options);
            if (!agreed.ok) throw new CardFailed(agreed.problem);
            return agreed.value;
          },
        });
        sending();
        const findings = await opened(vault);
        return { done: true, ...(findings === undefined ? {} : { findings }) };
      } catch (error) {
        if (error instanceof CardFailed) return { done: false, problem: error.problem };
        if (error instanceof TrusteeError) return { done: false, code: 'token.share' };
        throw error;
      }
    },
  };
}

/**
 * Members' signatures as they stand on the board, and the rules that ask for them: enough members
 * have signed before the election is opened or closed, and the roll that is published says truly
 * who has signed the protocols.
 */
import { equalBytes } from '@kabina/crypto/bytes';
import type { BoardState } from './board.ts';
import type { Phase } from './board-phases.ts';
import { encode } from './cbor.ts';
import type { Bodies } from './entries.ts';
import { ElectionError } from './errors.ts';
import type { Manifest } from './manifest.ts';
import {
  isSameSigner,
  memberDocument,
  openMemberSignature,
  signaturesNeeded,
  type Act,
  type MemberSignature,
} from './members.ts';
import { problem, type CheckId, type Problem } from './problem.ts';

/** Phases in which members sign an act. */
const PHASES: Readonly<Record<Act, readonly Phase[]>> = {
  open: ['ready'],
  close: ['open', 'suspended'],
  publish: ['result', 'published'],
};

const fault = (code: string, message: string): Problem => problem('protocol', code, message);

export class BoardMembers {
  readonly #signatures: Readonly<Record<Act, Map<number, MemberSignature>>> = {
    open: new Map(),
    close: new Map(),
    publish: new Map(),
  };
  #published: Bodies['published'] | undefined;
  #protocolRound = 0;
  /** The signature that was judged last: it is taken in at once, or not at all. */
  #judged: { body: Bodies['signed']; signature: MemberSignature } | undefined;

  /** Signatures of an act that count now, by place on the roll. */
  of(act: Act): ReadonlyMap<number, MemberSignature> {
    return this.#signatures[act];
  }

  /** The roll under the protocols as they stand; undefined while members sign. */
  get published(): Bodies['published'] | undefined {
    return this.#published;
  }

  /** What is wrong with a member's signature; `at` is when its certificate has to be good. */
  check(state: BoardState, body: Bodies['signed'], at: Date): Problem | undefined {
    const { act, member } = body;
    if (!PHASES[act].includes(state.phase) || (act === 'publish' && this.#published)) {
      return fault('signed.phase', `members do not sign to ${act} in the phase ${state.phase}`);
    }
    if (this.#signatures[act].has(member)) {
      return fault('signed.twice', `member ${member} has signed to ${act}`);
    }
    try {
      const document = memberDocument(state, act);
      const signature = openMemberSignature(state.manifest as Manifest, document, body, at);
      const others = [...this.#signatures[act].values()];
      const other = others.find((one) => isSameSigner(one, signature));
      if (other) {
        const message = `member ${member} signs with the key of member ${other.member}`;
        return fault('signed.key', message);
      }
      this.#judged = { body, signature };
      return undefined;
    } catch (error) {
      if (!(error instanceof ElectionError)) throw error;
      return fault(error.code, error.message);
    }
  }

  /** Takes in the signature that {@link BoardMembers.check} has just found good. */
  take(body: Bodies['signed']): void {
    if (this.#judged?.body !== body) throw new Error('the signature was not checked');
    this.#signatures[body.act].set(body.member, this.#judged.signature);
    this.#judged = undefined;
  }

  /** Whether enough members have signed an act. */
  checkEnough(check: CheckId, manifest: Manifest, act: Act): Problem | undefined {
    const needed = signaturesNeeded(manifest, act);
    const { size } = this.#signatures[act];
    if (size >= needed) return undefined;
    const message = `${size} members have signed to ${act}, ${needed} are needed`;
    return problem(check, `${check}.members`, message);
  }

  get protocolRound(): number {
    return this.#protocolRound;
  }

  /** Another protocol was drawn up: whoever signed the former ones has not signed this. */
  protocolDrawn(): void {
    this.#protocolRound++;
    this.#signatures.publish.clear();
    this.#published = undefined;
  }

  /** Voting was suspended or resumed: members agree to close it anew. */
  votingTurned(): void {
    this.#signatures.close.clear();
  }

  checkPublished(state: BoardState, { members }: Bodies['published']): Problem | undefined {
    const wrong = (message: string) => fault('protocol.members', message);
    const manifest = state.manifest as Manifest;
    if (this.#published) return fault('protocol.twice', 'these protocols were published before');
    if (state.protocols.size < manifest.contests.length) {
      return fault('protocol.early', 'not every contest has its protocol yet');
    }
    const roll = members.map(({ name, post }) => ({ name, post }));
    if (!equalBytes(encode(roll), encode(manifest.commission.members))) {
      return wrong('not the roll of the manifest');
    }
    const silent = members.find((member) => member.signed === (member.reason !== undefined));
    if (silent) return wrong(`${silent.name}: a signature, or the reason why there is none`);
    if (!manifest.commission.authority) return undefined;
    for (const [i, { name, signed, dissent }] of members.entries()) {
      const signature = this.#signatures.publish.get(i + 1);
      if (signed !== (signature !== undefined)) {
        return wrong(`${name}: the roll and the signatures on the board do not agree`);
      }
      if (dissent !== (signature?.dissent ?? false)) {
        return wrong(`${name}: the roll and the signature do not agree on a dissenting opinion`);
      }
    }
    return this.checkEnough('protocol', manifest, 'publish');
  }

  takePublished(body: Bodies['published']): void {
    this.#published = body;
  }
}

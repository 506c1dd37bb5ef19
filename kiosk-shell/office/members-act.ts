/**
 * An act that members sign one after the other, until enough have: a dead kiosk's cards are written
 * off, a lost desk's account is given from the paper list. Nothing of it is on the board before that.
 */
import type { BoardState } from '@kabina/election/board';
import type { Bodies } from '@kabina/election/entries';
import type { Localized } from '@kabina/election/manifest';
import { lostDeskDocument, signaturesNeeded, writeOffDocument } from '@kabina/election/members';

/** A member's place on the roll, from 1, and the signature. */
type Signature = Bodies['written-off']['members'][number];
export type WriteOff = Omit<Bodies['written-off'], 'members'>;
export type LostDesk = Omit<Bodies['marked'], 'lost'> & { readonly reason: string };

/** Every signature fires a plain `change`. */
export class MembersAct<T> extends EventTarget {
  readonly body: T;
  /** What the member reads while the token signs. */
  readonly subject: Localized;
  /** What is signed. */
  readonly document: Uint8Array;
  readonly needed: number;
  readonly #signed = new Map<number, Uint8Array>();

  constructor(board: BoardState, body: T, subject: Localized, document: Uint8Array) {
    super();
    this.body = body;
    this.subject = subject;
    this.document = document;
    this.needed = signaturesNeeded(board.manifest!, 'close');
  }

  hasSigned(member: number): boolean {
    return this.#signed.has(member);
  }

  get missing(): number {
    return Math.max(0, this.needed - this.#signed.size);
  }

  /** @param cms detached, DER */
  sign(member: number, cms: Uint8Array): void {
    this.#signed.set(member, cms);
    this.dispatchEvent(new Event('change'));
  }

  /** As many as are needed: the board takes at most five. */
  get signatures(): Signature[] {
    return [...this.#signed]
      .sort(([a], [b]) => a - b)
      .slice(0, this.needed)
      .map(([member, cms]) => ({ member, cms }));
  }
}

export function writeOffAct(board: BoardState, body: WriteOff): MembersAct<WriteOff> {
  const subject = {
    ru: 'Акт о списании карточек неисправного терминала',
    kk: 'Істен шыққан терминал карточкаларын есептен шығару актісі',
    en: 'Act of writing off the cards of a dead terminal',
  };
  return new MembersAct(board, body, subject, writeOffDocument(board, body));
}

/** The entry's body once enough have signed. */
export function writtenOff({ body, signatures }: MembersAct<WriteOff>): Bodies['written-off'] {
  return { ...body, members: signatures };
}

export function lostDeskAct(board: BoardState, body: LostDesk): MembersAct<LostDesk> {
  const subject = {
    ru: 'Отчёт потерянного стола регистрации по бумажному списку',
    kk: 'Жоғалған тіркеу үстелінің қағаз тізім бойынша есебі',
    en: 'Account of a lost registration desk from the paper list',
  };
  return new MembersAct(board, body, subject, lostDeskDocument(board, body, body.reason));
}

/** The entry's body once enough have signed. */
export function markedByMembers({ body, signatures }: MembersAct<LostDesk>): Bodies['marked'] {
  const { reason, ...account } = body;
  return { ...account, lost: { reason, members: signatures } };
}

/**
 * Three members of the commission with tokens: every one on a card of another kind, all simulated,
 * reached over the real pcscd as a real token would be (`test/sign/card-signer.ts`).
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority, type Authority } from '@kabina/cms/authority';
import type { MembersAuthority } from '@kabina/election/manifest';
import {
  commitmentAttribute,
  memberDocument,
  protocolFiles,
  type Act,
} from '@kabina/election/members';
import type { Commission } from '@kabina/kiosk-shell/office/commission';
import { MEMBERS } from '@kabina/kiosk-shell/start/setup';
import { installDebianPackages } from '../runner/debian.ts';
import { EX_UNAVAILABLE, UsageError } from '../runner/usage.ts';
import { CardSigner } from '../sign/card-signer.ts';
import { simulatedToken, type CardName, type SimulatedToken } from '../sign/cards.ts';
import { pcscdMissing } from '../tokens/pcscd.ts';

const CARDS: readonly CardName[] = ['piv', 'openpgp', 'smartcard-hsm'];
const DAY_MS = 24 * 3600 * 1000;

export class SigningMembers {
  readonly authority: MembersAuthority;
  readonly #root: Authority;
  readonly #tokens: readonly SimulatedToken[];
  #signer: CardSigner | undefined;

  /** @throws {UsageError} `pcscd.missing` where there is no pcscd and it is not ours to install */
  constructor() {
    installDebianPackages(['pcscd', 'vsmartcard-vpcd']);
    const missing = pcscdMissing();
    if (missing !== undefined) throw new UsageError('pcscd.missing', missing, EX_UNAVAILABLE);
    this.#root = createAuthority({
      algorithm: 'ecdsa-p256',
      name: 'Учебный удостоверяющий центр',
      notBefore: new Date(Date.now() - DAY_MS),
      notAfter: new Date(Date.now() + 30 * DAY_MS),
    });
    this.#tokens = MEMBERS.map(({ name }, i) => {
      return simulatedToken(CARDS[i % CARDS.length]!, name, this.#root);
    });
    this.authority = {
      certificate: this.#root.certificate,
      opening: 2,
      closing: 2,
      publishing: 2,
    };
  }

  /** Every member signs an act, and the signatures go on the board. */
  async sign(commission: Commission, act: Act): Promise<void> {
    const signer = (this.#signer ??= await CardSigner.open());
    const attributes = [commitmentAttribute(false)];
    for (const [i, token] of this.#tokens.entries()) {
      await commission.refresh();
      const document = memberDocument(commission.state, act);
      const { cms } = await signer.sign(token, document, { attributes });
      await commission.addSignature(act, i + 1, cms);
    }
  }

  /** Leaves what `openssl cms -verify` asks for: `protocol.bin`, `protocol.p7s`, `ca.pem`. */
  async leaveFiles({ state }: Commission, folder: string): Promise<void> {
    for (const [name, content] of Object.entries(protocolFiles(state) ?? {})) {
      await writeFile(join(folder, name), content);
    }
  }

  close(): Promise<void> {
    return this.#signer?.close() ?? Promise.resolve();
  }
}

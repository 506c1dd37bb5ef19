/**
 * Stations of test elections: one more list of voters, two kiosks, a desk, and cards as issuers,
 * kiosk and printer make them together.
 */
import { randomBytes } from '@kabina/crypto/bytes';
import { publicKey } from '@kabina/crypto/ed25519';
import { ballotKeyFromSeed, blindingSeed } from './ballot.ts';
import { cardIssuer, cardKeys, type Bodies, type EntryOf } from './entries.ts';
import { stationList, type BallotStyle, type Manifest } from './manifest.ts';
import {
  askedFor,
  CARD_SECRET_LENGTH,
  cardCommitment,
  cardId,
  cardKey,
  sealDeposit,
  type Deposit,
} from './station-card.ts';
import type { TestElection } from './testing.ts';
import { EXPONENT, testModulus } from './testing-rsa.ts';
import { testSeed } from './testing-seed.ts';

const STATION = '101';
const SERVED = ['mayor', 'council', 'question'];
/** The first of the test keys that no online list has. */
const FIRST_KEY = 10;

/** Gives a test manifest a station that serves the town, and one member whom a closing needs. */
export function withStation(manifest: Manifest): Manifest {
  const key = (name: string) => publicKey(testSeed(name));
  const kiosk = (id: string) => ({
    id,
    name: `Терминал ${id}`,
    station: STATION,
    signingKey: key(`kiosk/${id}`),
  });
  const { commission } = manifest;
  return {
    ...manifest,
    stations: [
      { id: STATION, name: { ru: 'Участок № 101' }, signingKey: key(`station/${STATION}`) },
    ],
    kiosks: [kiosk('K1'), kiosk('K2')],
    issuers: manifest.issuers.map((issuer, i) => ({
      ...issuer,
      keys: [
        ...issuer.keys,
        ...SERVED.map((contest, j) => ({
          contest,
          list: stationList(STATION),
          modulus: testModulus(FIRST_KEY + i * SERVED.length + j),
          exponent: EXPONENT,
        })),
      ],
    })),
    commission: {
      ...commission,
      ...(commission.authority && { authority: { ...commission.authority, closing: 1 } }),
    },
  };
}

/** A card with all that its kiosk, its issuer and its printer know of it. */
export interface TestCard {
  readonly kiosk: string;
  /** The kiosk's, from which the ballot keys come. */
  readonly seed: Uint8Array;
  readonly secret: Uint8Array;
  readonly id: Uint8Array;
  readonly deposit: Deposit;
}

/** Delivers cards to a kiosk of the test station; anything in the entry's body may be changed. */
export async function deliverCards(
  election: TestElection,
  kiosk: string,
  cards: number,
  other: Partial<Bodies['delivered']> = {},
): Promise<{ entry: EntryOf<'delivered'>; cards: TestCard[] }> {
  const { electionId, manifest, suite } = election;
  const { batch = 1, style = 'town' } = other;
  const { contests } = manifest.styles.find(({ id }) => id === style) as BallotStyle;
  const issuer = cardKeys(manifest, STATION, style);
  const made: TestCard[] = [];
  const delivered: Bodies['delivered']['cards'] = [];
  for (let i = 1; i <= cards; i++) {
    const seed = testSeed(`card ${kiosk} ${batch} ${i}`);
    const secret = randomBytes(CARD_SECRET_LENGTH);
    const pair = await cardKey(electionId, secret);
    const id = cardId(electionId, pair.publicKey);
    const deposit: Deposit = {
      blindings: issuer.map(({ contest, list }) =>
        blindingSeed(seed, electionId, contest, cardIssuer(manifest).id, list),
      ),
      keys: contests.map(
        (contest) => ballotKeyFromSeed(suite, seed, electionId, contest).publicKey,
      ),
    };
    const card = {
      key: pair.publicKey,
      commitment: cardCommitment(
        electionId,
        id,
        askedFor({ election: electionId, issuer }, deposit),
      ),
      deposit: await sealDeposit(electionId, pair.publicKey, deposit),
    };
    delivered.push(card);
    made.push({ kiosk, seed, secret, id, deposit });
  }
  const body = { station: STATION, kiosk, style, batch, cards: delivered, ...other };
  const signers = [`kiosk/${body.kiosk}`, `issuer/${manifest.issuers.at(-1)!.id}`];
  return { entry: election.cosign('delivered', signers, body), cards: made };
}

/**
 * Writes `vectors/station.json`: one access card from its secret to the entry that spoils it, and what
 * a kiosk states of two held ballots. Sealing is random, so every run gives other deposits;
 * `src/station-example.test.ts` reads the file with nothing else at hand.
 * Run by hand: `node packages/election/test/make-station-example.ts`.
 */
import { writeFile } from 'node:fs/promises';
import { bytesToHex } from '@kabina/crypto/bytes';
import { cardKeys, encodeEntry } from '../src/entries.ts';
import { encodeManifest } from '../src/manifest.ts';
import { askedFor, cardKey, cardToText, cardToTyped } from '../src/station-card.ts';
import { heldBallots } from '../src/station-held.ts';
import { TestElection, testSeed, withStation } from '../src/testing.ts';
import { deliverCards } from '../src/testing-stations.ts';

const KIOSK = 'K1';
const LIST = 'station/101';

const election = await TestElection.create('ristretto255-sha512', (plain) => {
  const full = withStation(plain);
  const { name, signingKey, members } = full.commission;
  // The members' certificates are made anew at every run.
  return { ...full, commission: { name, signingKey, members } };
});
const { electionId, manifest } = election;
const { entry, cards } = await deliverCards(election, KIOSK, 1);
const [card] = cards as [(typeof cards)[number]];
const { publicKey } = await cardKey(electionId, card.secret);
const [blindings, keys] = [[...card.deposit.blindings], [...card.deposit.keys]];
const issuer = cardKeys(manifest, '101', 'town');
const spoiled = election.sign('spoiled', LIST, {
  station: '101',
  kiosk: KIOSK,
  card: card.id,
  blindings,
  keys,
});
const leaves = [testSeed('a leaf'), testSeed('another leaf')];
const { number, root } = heldBallots(leaves);
const held = election.cosign('held', [`kiosk/${KIOSK}`, LIST], {
  station: '101',
  kiosk: KIOSK,
  number,
  root,
});

const hex = (bytes: Uint8Array) => bytesToHex(bytes);
const example = {
  manifest: hex(encodeManifest(manifest)),
  electionId: hex(electionId),
  cardSecret: hex(card.secret),
  cardText: cardToText(electionId, KIOSK, card.secret),
  cardTyped: cardToTyped(card.secret),
  cardKey: hex(publicKey),
  cardId: hex(card.id),
  blindings: blindings.map(hex),
  ballotKeys: keys.map(hex),
  blinded: askedFor({ election: electionId, issuer }, card.deposit).map(hex),
  commitment: hex(entry.body.cards[0]!.commitment),
  delivered: hex(encodeEntry(entry)),
  spoiled: hex(encodeEntry(spoiled)),
  heldLeaves: leaves.map(hex),
  heldRoot: hex(root),
  held: hex(encodeEntry(held)),
};
await writeFile(
  new URL('../vectors/station.json', import.meta.url),
  `${JSON.stringify(example, null, 2)}\n`,
);

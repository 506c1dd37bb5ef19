/** Reads `vectors/station.json` with nothing else at hand, and holds PROTOCOL.md to it. */
import assert from 'node:assert/strict';
import { constants, createPublicKey, hkdfSync, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { bytesToHex, frame, hexToBytes, uint32 } from '@kabina/crypto/bytes';
import { permitMessage } from './ballot.ts';
import { cardKeys, checkSignatures, decodeEntry, type EntryOf } from './entries.ts';
import { decodeManifest, electionId, type IssuerKey } from './manifest.ts';
import { cardCommitment, cardFromText, cardId, cardKey, openDeposit } from './station-card.ts';
import { heldBallots } from './station-held.ts';
import { testBlindSign } from './testing-rsa.ts';

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');
const file = JSON.parse(await read('../vectors/station.json')) as Record<string, string>;
const lists = file as unknown as Record<string, string[]>;
const page = await read('../PROTOCOL.md');
const bytes = (name: string) => hexToBytes(file[name] as string);
const all = (name: string) => (lists[name] as string[]).map(hexToBytes);

const manifest = decodeManifest(bytes('manifest'));
const election = electionId(manifest);
const pair = await cardKey(election, bytes('cardSecret'));
const issuer = cardKeys(manifest, '101', 'town');
const delivered = decodeEntry(bytes('delivered')) as EntryOf<'delivered'>;
const spoiled = decodeEntry(bytes('spoiled')) as EntryOf<'spoiled'>;
const held = decodeEntry(bytes('held')) as EntryOf<'held'>;

describe('the card of the example', () => {
  test('is read, scanned and typed', () => {
    assert.equal(bytesToHex(election), file['electionId']);
    for (const text of ['cardText', 'cardTyped']) {
      assert.deepEqual(cardFromText(file[text] as string).secret, bytes('cardSecret'));
    }
    assert.equal(bytesToHex(pair.publicKey), file['cardKey']);
    assert.equal(bytesToHex(cardId(election, pair.publicKey)), file['cardId']);
  });
  test('opens its deposit, which is what the card issuer has signed', async () => {
    const [card] = delivered.body.cards;
    const deposit = await openDeposit({ election, issuer }, pair, card!);
    assert.deepEqual(deposit, { blindings: all('blindings'), keys: all('ballotKeys') });
    assert.equal(bytesToHex(card!.commitment), file['commitment']);
    const commitment = cardCommitment(election, bytes('cardId'), all('blinded'));
    assert.deepEqual(commitment, card!.commitment);
    assert.deepEqual(spoiled.body.blindings, deposit.blindings);
    assert.deepEqual(spoiled.body.keys, deposit.keys);
  });
  test('its blinded messages are as the page says, for any RSA and any HKDF', () => {
    assert.ok(issuer.length > 0);
    for (const [i, key] of issuer.entries()) {
      const message = permitMessage(election, key.contest, all('ballotKeys')[i]!);
      const encoded = unblinded(key, all('blinded')[i]!, all('blindings')[i]!, message);
      const jwk = { kty: 'RSA', n: base64(key.modulus), e: base64(uint32(key.exponent)) };
      const rsa = {
        key: createPublicKey({ key: jwk, format: 'jwk' }),
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: 0,
      };
      const signature = testBlindSign(key.modulus, encoded);
      assert.ok(verify('sha384', message, rsa, signature), key.contest);
    }
  });
  test('the entries are signed by whom they have to be', () => {
    for (const entry of [delivered, spoiled, held]) {
      assert.equal(checkSignatures(manifest, entry), undefined, entry.type);
    }
    const { number, root } = heldBallots(all('heldLeaves'));
    assert.deepEqual([held.body.number, held.body.root], [number, root]);
    assert.equal(bytesToHex(root), file['heldRoot']);
  });
  test('the page shows it', () => {
    for (const name of ['cardSecret', 'cardTyped', 'cardId', 'commitment']) {
      assert.ok(page.includes(file[name] as string), name);
    }
  });
});

const base64 = (number: Uint8Array): string => Buffer.from(number).toString('base64url');
const integer = (number: Uint8Array): bigint => BigInt(`0x${bytesToHex(number)}`);

/** The encoded message under a blinded one, from the blinding: "Permit" of PROTOCOL.md. */
function unblinded(
  { modulus, exponent }: IssuerKey,
  blinded: Uint8Array,
  blinding: Uint8Array,
  message: Uint8Array,
): Uint8Array {
  const n = integer(modulus);
  let factor = 0n;
  for (let attempt = 0; factor === 0n || factor >= n; attempt++) {
    const info = frame('kabina/v1/blinding', modulus, message, uint32(attempt));
    factor = integer(new Uint8Array(hkdfSync('sha512', blinding, '', info, modulus.length)));
  }
  // 1/rᵉ, by Euclid.
  let power = 1n;
  for (let i = 0; i < exponent; i++) power = (power * factor) % n;
  let [r0, r1, t0, t1] = [n, power, 0n, 1n];
  while (r1 !== 0n) [r0, r1, t0, t1] = [r1, r0 % r1, t1, t0 - (r0 / r1) * t1];
  const encoded = (integer(blinded) * (((t0 % n) + n) % n)) % n;
  return hexToBytes(encoded.toString(16).padStart(modulus.length * 2, '0'));
}

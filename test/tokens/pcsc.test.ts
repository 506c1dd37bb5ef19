/**
 * Readers of PC/SC against a real pcscd, with a simulated card in vpcd's slot: a card comes, is used
 * by one at a time, is pulled in the middle, and pcscd itself ends and comes back.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, beforeEach, describe, it } from 'node:test';
import { pcscReaders } from '@kabina/tokens/pcsc-readers';
import type { ApduTransport, ReaderSource } from '@kabina/tokens/transport';
import { insertCard, type InsertedCard } from '@kabina/tokens/testing/vpcd';
import { Pcscd, pcscdMissing } from './pcscd.ts';
import { CHALLENGE, ProbeCard, SLOT, VERIFY, opened, problem, until } from './probe-card.ts';

const missing = pcscdMissing();

describe('readers of PC/SC', { skip: missing }, () => {
  let pcscd: Pcscd;
  let source: ReaderSource;
  let card: ProbeCard;
  let inserted: InsertedCard;

  const slot = () => source.readers.find((reader) => reader.name === SLOT);
  const connect = async (): Promise<ApduTransport> => opened(await slot()!.connect());

  let shared: boolean;

  before(async () => {
    shared = existsSync('/run/systemd/system') && existsSync('/run/pcscd/pcscd.comm');
    pcscd = await Pcscd.open();
  });
  after(async () => {
    inserted.remove();
    await source.close();
    await pcscd.close();
  });
  beforeEach(async () => {
    await source?.close();
    inserted?.remove();
    await inserted?.removed;
    source = pcscReaders();
    opened(await source.open());
    await until(source, () => slot()?.present === false);
    card = new ProbeCard();
    inserted = await insertCard(card);
    await until(source, () => slot()!.present);
  });

  it('lists the readers as soon as it is open', async () => {
    const other = pcscReaders();
    const readers = opened(await other.open());
    assert.equal(readers.find(({ name }) => name === SLOT)?.present, true);
    await other.close();
    assert.deepEqual(other.readers, []);
  });

  it('opens a session, exchanges APDUs short and long, and powers the card off', async () => {
    const session = await connect();
    assert.deepEqual(session.atr, card.atr);
    assert.equal(session.reader, SLOT);
    assert.equal(session.extended, true);
    assert.deepEqual(opened(await session.transmit(CHALLENGE)), Uint8Array.of(0, 5, 0x90, 0));
    const long = new Uint8Array(7 + 2000);
    long.set([0, 0xdb, 0, 0, 0, 0x07, 0xd0]);
    assert.deepEqual(opened(await session.transmit(long)), Uint8Array.of(0x07, 0xd7, 0x90, 0));
    opened(await session.transmit(VERIFY));
    assert.equal(card.verified, true);
    await session.close();
    assert.equal(await session.ended, 'closed');
    assert.equal(problem(await session.transmit(CHALLENGE)), 'transport.closed');
    // pcscd powers a card off that nobody uses any more; whoever comes next finds it reset.
    await (await connect()).close();
    assert.equal(card.verified, false);
  });

  it('lets one at a time in, of this program and of others', async () => {
    const session = await connect();
    assert.equal(problem(await slot()!.connect()), 'transport.busy');
    const other = pcscReaders();
    const readers = opened(await other.open());
    const theirs = readers.find(({ name }) => name === SLOT)!;
    assert.equal(problem(await theirs.connect()), 'transport.busy');
    await session.close();
    await opened(await theirs.connect()).close();
    await other.close();
  });

  it('sends commands one after another in the order in which they came', async () => {
    const session = await connect();
    card.commands = [];
    const sent = [0x10, 0x99, 0x11, 0x12].map((ins) =>
      session.transmit(Uint8Array.of(0, ins, 0, 0)),
    );
    for (const result of await Promise.all(sent)) opened(result);
    assert.deepEqual(card.commands, [0x10, 0x99, 0x11, 0x12]);
    await session.close();
  });

  it('says that the card is gone when it is pulled between commands', async () => {
    const session = await connect();
    inserted.remove();
    assert.equal(await session.ended, 'removed');
    assert.equal(problem(await session.transmit(CHALLENGE)), 'transport.removed');
    assert.equal(slot()!.present, false);
    assert.equal(problem(await slot()!.connect()), 'transport.no-card');
  });

  it('says that the card is gone when it is pulled in the middle of a command', async () => {
    const session = await connect();
    card.onSlow = async () => {
      inserted.remove();
      return Uint8Array.of(0x90, 0);
    };
    assert.equal(
      problem(await session.transmit(Uint8Array.of(0, 0x99, 0, 0))),
      'transport.removed',
    );
    assert.equal(await session.ended, 'removed');
    // The same card again: a new session, not the old one.
    await inserted.removed;
    await until(source, () => !slot()!.present);
    inserted = await insertCard(card);
    await until(source, () => slot()!.present);
    assert.deepEqual(
      opened(await (await connect()).transmit(CHALLENGE)),
      Uint8Array.of(0, 5, 0x90, 0),
    );
    assert.equal(problem(await session.transmit(CHALLENGE)), 'transport.removed');
  });

  it('survives the end of pcscd in a session and finds the readers again', async (t) => {
    if (shared) return t.skip('this machine’s own pcscd is not ours to stop');
    const session = await connect();
    await pcscd.close();
    assert.equal(await session.ended, 'removed');
    assert.equal(problem(await session.transmit(CHALLENGE)), 'transport.removed');
    assert.deepEqual(source.readers, []);
    assert.equal(problem(await source.open()), 'transport.unreachable');

    pcscd = await Pcscd.open();
    await until(source, () => slot() !== undefined);
    card = new ProbeCard();
    inserted = await insertCard(card);
    await until(source, () => slot()!.present);
    const again = await connect();
    assert.deepEqual(opened(await again.transmit(CHALLENGE)), Uint8Array.of(0, 5, 0x90, 0));
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bytesToHex, randomBytes } from '@kabina/crypto/bytes';
import { verifyShare } from '@kabina/crypto/sharing';
import { suiteById } from '@kabina/crypto/suites';
import { decodeEntry, encodeEntry, signEntry, type Entry } from '@kabina/election/entries';
import { BoardFollower } from '@kabina/election/follower';
import { countVotes, logarithms } from '@kabina/election/tally';
import { checkedAggregates } from './aggregates.ts';
import { TestBoard } from './board.fixture.ts';
import { SIGNING_SEED, takeSeat } from './seat.ts';
import type { TrusteeStore } from './store.ts';
import { Trustee, type Progress } from './trustee.ts';
import { Vault } from './vault.ts';

const COST = 14;
const { group } = suiteById('ristretto255-sha512');

class MemoryStore implements TrusteeStore {
  readonly records = new Map<string, Uint8Array>();
  /** Everything that was ever written, also what was deleted later. */
  readonly written: Uint8Array[] = [];
  async get(name: string) {
    return this.records.get(name)?.slice();
  }
  async put(name: string, record: Uint8Array) {
    this.records.set(name, record.slice());
    this.written.push(record.slice());
  }
  async add(name: string, record: Uint8Array) {
    if (this.records.has(name)) return false;
    await this.put(name, record);
    return true;
  }
  async delete(name: string) {
    this.records.delete(name);
  }
}

/** Holders, each with a store of its own; every step is made by a process that has just started. */
class Holders {
  readonly stores: MemoryStore[];
  readonly board: TestBoard;
  private constructor(stores: MemoryStore[], board: TestBoard) {
    this.stores = stores;
    this.board = board;
  }

  static async sit(count: number, threshold: number): Promise<Holders> {
    const stores = Array.from({ length: count }, () => new MemoryStore());
    const seats = [];
    for (const store of stores) seats.push(await takeSeat(await Vault.open(store, 'p', COST)));
    const board = new TestBoard(seats, threshold);
    await board.open();
    return new Holders(stores, board);
  }

  vault(index: number): Promise<Vault> {
    return Vault.open(this.stores[index - 1]!, 'p', COST);
  }

  async trustee(index: number, post = this.board.post): Promise<Trustee> {
    const { reader, electionId } = this.board;
    const follower = new BoardFollower(reader, { electionId, quorum: true });
    return new Trustee({ index, vault: await this.vault(index), follower, reader, post });
  }

  async step(index: number): Promise<Progress> {
    return (await this.trustee(index)).step();
  }

  /** Steps of all until nothing more is due. */
  async settle(indices = this.stores.map((_, i) => i + 1)): Promise<void> {
    for (let moved = true; moved;) {
      moved = false;
      for (const index of indices) {
        const progress = await this.step(index);
        if (progress.at === 'did') moved = true;
      }
    }
  }

  async share(index: number): Promise<bigint> {
    return group.decodeScalar((await (await this.vault(index)).get('share'))!);
  }

  async vote(...options: number[]): Promise<void> {
    for (const option of options) await this.board.post(this.board.ballot(option));
  }

  async closeAndTally(): Promise<void> {
    await this.board.act('closed', { stations: [] });
    await this.board.act('tally', { size: this.board.state.size });
  }
}

describe('seven holders, five needed', () => {
  it('make a key, each step by a process started anew, and decrypt only the sum', async () => {
    const holders = await Holders.sit(7, 5);
    const { board } = holders;
    await holders.settle();
    assert.equal(board.state.phase, 'ready');
    await board.openElection();
    await holders.settle();
    await holders.vote(0, 1, 1, 2);
    await holders.closeAndTally();
    await holders.settle([1, 2, 4, 6, 7]);

    const shares = board.state.shares.get('mayor')!;
    assert.deepEqual(
      shares.map((share) => share.index),
      [1, 2, 4, 6, 7],
    );
    const head = { size: board.state.size, root: board.state.root };
    const sums = await checkedAggregates(board.reader, head, board.state, board.state.tallySize!);
    const suite = suiteById('ristretto255-sha512');
    const [contest] = board.manifest.contests;
    const result = countVotes(contest!, sums.get('mayor')!, 5, shares, logarithms(suite, 4));
    assert.deepEqual(result.counts, [1, 2, 1]);
  });

  it('no store and no message ever holds five shares, nor one in the clear', async () => {
    const holders = await Holders.sit(7, 5);
    const { board } = holders;
    await holders.settle();
    const dealings = new Map<number, Uint8Array[]>();
    for (let i = 1; i <= 7; i++) {
      const vault = await holders.vault(i);
      dealings.set(i, [(await vault.get('dealing/1'))!, (await vault.get('share'))!]);
    }
    await board.openElection();
    await holders.settle();
    await holders.vote(0, 2);
    await holders.closeAndTally();
    await holders.settle();

    const shares = await Promise.all([1, 2, 3, 4, 5, 6, 7].map((i) => holders.share(i)));
    // They are the shares of the key that stands on the board.
    const publicShares = new Map(board.state.publicShares);
    shares.forEach((share, i) => {
      const point = group.decode(publicShares.get(i + 1)!);
      assert.ok(group.equals(group.generatorTable.multiply(share), point));
    });
    const everywhere = [...holders.stores.flatMap((store) => store.written), ...board.messages];
    const haystack = everywhere.map(bytesToHex);
    for (const share of shares) {
      const needle = bytesToHex(group.encodeScalar(share));
      assert.ok(!haystack.some((bytes) => bytes.includes(needle)), 'a share in the clear');
    }
    // Opened with its own passphrase, a store has its own share and, once the election is open,
    // neither the dealing nor the key with which the shares on the board could be read.
    for (let i = 1; i <= 7; i++) {
      const vault = await holders.vault(i);
      assert.equal(await vault.get('dealing/1'), undefined);
      assert.equal(await vault.get('hpke-key'), undefined);
      for (const name of holders.stores[i - 1]!.records.keys()) {
        if (name === 'data-key') continue;
        const record = bytesToHex((await vault.get(name))!);
        const held = shares.filter((share) =>
          record.includes(bytesToHex(group.encodeScalar(share))),
        );
        assert.equal(held.length, name === 'share' ? 1 : 0, name);
      }
    }
    // While it lasted, a dealer could make every share of its own polynomial, of the key's none.
    for (const [i, [dealing]] of dealings) {
      const record = bytesToHex(dealing!);
      const own = shares.filter((share) => record.includes(bytesToHex(group.encodeScalar(share))));
      assert.equal(own.length, 0, `dealing of ${i}`);
    }
  });

  it('erases nothing that a new attempt would need before the election is opened', async () => {
    const holders = await Holders.sit(3, 2);
    await holders.settle();
    assert.equal(holders.board.state.phase, 'ready');
    assert.ok(await (await holders.vault(1)).get('hpke-key'));
  });
});

/** Replaces what a dishonest dealer reveals, keeping its commitment and its signature honest. */
async function corruptDealing(holders: Holders, dealer: number, victim: number): Promise<void> {
  const vault = await holders.vault(dealer);
  const { decode, encode } = await import('@kabina/election/cbor');
  const record = decode((await vault.get('dealing/1'))!) as {
    coefficients: Uint8Array[];
    reveal: { shares: [number, Uint8Array][] };
  };
  const share = record.reveal.shares.find(([to]) => to === victim)!;
  share[1] = randomBytes(80);
  await vault.put('dealing/1', encode(record));
}

describe('a dealer that deals badly', () => {
  it('is complained about, publishes that share, and the key is made', async () => {
    const holders = await Holders.sit(4, 3);
    const { board } = holders;
    // The dealing is stored before it is committed to: the first step of 2 dies when posting.
    const dying = await holders.trustee(2, () => Promise.reject(new Error('died')));
    await assert.rejects(dying.step(), /died/);
    await corruptDealing(holders, 2, 3);
    await holders.settle();
    const [complaint] = board.state.ceremony!.complaints;
    assert.deepEqual({ ...complaint }, { index: 3, against: 2, answered: true });
    assert.equal(board.state.phase, 'ready');
    const points = board.state.ceremony!.commitments(2)!;
    const [answer] = board.state.ceremony!.answers;
    assert.ok(verifyShare(group, points, 3, group.decodeScalar(answer!.share)));
  });

  it('that answers with a wrong share is left out, and the rest start afresh', async () => {
    const holders = await Holders.sit(4, 3);
    const { board } = holders;
    const dying = await holders.trustee(2, () => Promise.reject(new Error('died')));
    await assert.rejects(dying.step(), /died/);
    await corruptDealing(holders, 2, 3);
    await holders.settle([1, 3, 4]);
    await holders.step(2);
    await holders.settle([1, 3, 4]);
    await holders.step(2);
    await holders.settle([1, 3, 4]);
    const seed = (await (await holders.vault(2)).get(SIGNING_SEED))!;
    const body = { attempt: 1, index: 2, to: 3, share: group.encodeScalar(group.randomScalar()) };
    const signer = { by: 'trustee/2', seed };
    const lie = signEntry('ceremony/answer', board.electionId, body, signer);
    await board.post(encodeEntry(lie as Entry));
    await holders.settle([1, 3, 4]);
    assert.deepEqual([...board.state.ceremony!.culprits], [2]);
    assert.equal(board.state.phase, 'ceremony');
    await board.act('ceremony/restart', { attempt: 2, excluded: [2], reason: 'неверная доля' });
    await holders.settle([1, 3, 4]);
    assert.equal(board.state.phase, 'ready');
    await assert.rejects(holders.step(2), { code: 'trustee.not-a-holder' });
  });
});

describe('before decrypting, a holder', () => {
  it('refuses a board with a ballot that is not what it claims', async () => {
    const holders = await Holders.sit(3, 2);
    const { board } = holders;
    await holders.settle();
    await board.openElection();
    await holders.vote(0);
    const bad = decodeEntry(board.ballot(1));
    assert.equal(bad.type, 'ballot');
    if (bad.type === 'ballot') bad.body.core.proofs[200]! ^= 1;
    await board.append(encodeEntry(bad));
    await holders.closeAndTally();
    await assert.rejects(holders.step(1), { code: 'trustee.board-unsound' });
    assert.equal(board.state.shares.size, 0);
  });

  it('refuses a second sum of a contest, and gives the same share again after a crash', async () => {
    const holders = await Holders.sit(3, 2);
    const { board } = holders;
    await holders.settle();
    await board.openElection();
    await holders.settle();
    await holders.vote(0, 1);
    await holders.closeAndTally();
    // It decrypts, stores, and dies before the board has heard of it.
    const sent: Uint8Array[] = [];
    const dying = await holders.trustee(1, async (entry) => {
      sent.push(entry);
      throw new Error('died');
    });
    await assert.rejects(dying.step(), /died/);
    assert.equal(sent.length, 1);
    assert.deepEqual(await holders.step(1), { at: 'did', what: 'share' });
    assert.deepEqual(board.messages.at(-1), sent[0]);

    // Somebody shows it another tally: the record of what was decrypted stands against it.
    const vault = await holders.vault(2);
    await vault.put('aggregate/mayor', randomBytes(32));
    await assert.rejects(holders.step(2), { code: 'trustee.second-aggregate' });
    assert.equal(board.state.shares.get('mayor')!.length, 1);
  });
});

/** The audit in a page: an observer's browser comes to the same verdict as Node, in either suite. */
import { expect } from 'chai';
import { goodBoard, TestElection } from './testing.ts';
import { verify } from './verify.ts';

for (const suite of ['ristretto255-sha512', 'gost256b-streebog'] as const) {
  it(`a board in ${suite} is verified, and a spoilt one is not`, async () => {
    const election = await TestElection.create(suite);
    const { steps, expected } = await goodBoard(election);
    const board = election.build(steps);
    const { verdict, tally } = await verify(board.reader, { electionId: election.electionId });
    expect(verdict).to.equal('verified');
    expect(tally).to.deep.equal(expected);
    for (const path of board.files.keys()) {
      if (path.startsWith('tile/entries/')) board.files.delete(path);
    }
    expect((await verify(board.reader)).verdict).to.equal('failed');
  });
}

import { expect } from 'chai';
import { OutboxError } from './errors.ts';
import { assureStorage } from './storage.ts';

// What a browser says that keeps its storage is tested with one to which that was granted, in test/faults.
describe('assureStorage', () => {
  it('refuses where the browser may delete everything: here nothing was granted', async () => {
    const error: unknown = await assureStorage({ need: 1 }).catch((thrown: unknown) => thrown);
    expect(error).instanceOf(OutboxError);
    expect((error as OutboxError).code).to.equal('storage.not-kept');
    expect((error as OutboxError).retryable).to.equal(false);
  });
});

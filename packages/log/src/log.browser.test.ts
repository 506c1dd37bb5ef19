/** The whole package but its Node drivers, in a real browser: in the page and in a worker. */
import { expect } from 'chai';
import { EXPECTED, scenario } from '../test/scenario.ts';

describe('log in Chromium', () => {
  it('is written, witnessed, read and proved in a page', async () => {
    expect(await scenario()).to.equal(EXPECTED);
  });

  it('is written, witnessed, read and proved in a worker', async () => {
    const url = new URL('../test/scenario-worker.ts', import.meta.url);
    const worker = new Worker(url, { type: 'module' });
    const answer = await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    });
    worker.terminate();
    expect(answer).to.equal(EXPECTED);
  });
});

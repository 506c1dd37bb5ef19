// The desk's page before there is a desk: what stands in the way, and that this is training.

import { expect } from 'chai';
import '@kabina/elements/kabina-settings';
import { KabinaDeskApp } from './kabina-desk-app.ts';

customElements.define('kabina-desk-app', KabinaDeskApp);

const realFetch = globalThis.fetch;
const CONFIG = {
  electionId: 'ab'.repeat(32),
  kind: 'training',
  box: 'https://box.example',
  registrar: 'https://registrar.example',
  observers: 'https://observers.example',
};

/** Of a machine that is no desk: what serves the page keeps no key. */
function serve(kind: string): void {
  globalThis.fetch = async (input) =>
    String(input).endsWith('/config.json')
      ? Response.json({ ...CONFIG, kind })
      : Response.json({ code: 'machine.none' }, { status: 404 });
}

describe('the desk’s page without a desk', () => {
  let app: KabinaDeskApp;
  const words = (): string => app.shadowRoot!.textContent;

  async function open(kind: string): Promise<void> {
    serve(kind);
    app = new KabinaDeskApp();
    document.body.append(app);
    while (!words().includes('не настроена как стол')) await new Promise(requestAnimationFrame);
  }

  afterEach(() => {
    app.remove();
    globalThis.fetch = realFetch;
  });

  it('says that the election is a training one, under one heading and in one landmark', async () => {
    await open('training');
    expect(words()).to.include('Тренировочное голосование');
    const root = app.shadowRoot!;
    expect(root.querySelectorAll('h1')).to.have.length(1);
    expect(root.querySelectorAll('main')).to.have.length(1);
    expect(root.querySelector('main')!.contains(root.querySelector('.training'))).to.equal(true);
  });

  it('says nothing of training in a binding election', async () => {
    await open('binding');
    expect(words()).not.to.include('Тренировочное');
  });
});

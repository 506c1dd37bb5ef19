/**
 * A choice must not leave the booth. The same way is gone twice with different choices, and all
 * that a page around the booth can see must be the same both times: events, attributes, headings,
 * title, address, storage, requests, console.
 */
import { expect } from 'chai';
import { html } from 'lit';
import { scriptedSession, type ScriptedSession } from '@kabina/booth/testing';
import { clear, deep, mount, settle, text } from './browser-fixture.ts';
import './define/kabina-booth.ts';
import type { KabinaBooth } from './kabina-booth.ts';
import { projects, training } from './testing.ts';

const NATIVE = ['click', 'input', 'change', 'keydown', 'focusin', 'focusout', 'submit', 'select'];

/** Everything that could be told about an event by somebody who listens on the page. */
function describeEvent(event: Event): string {
  const { type, composed, bubbles } = event;
  const detail = event instanceof CustomEvent ? JSON.stringify(event.detail) : '';
  const target = event.target instanceof Element ? event.target.outerHTML : '';
  const data = event instanceof InputEvent ? (event.data ?? '') : '';
  return `${type} ${detail} ${data} ${composed} ${bubbles} ${target}`;
}

/** Goes from the list to a receipt, or to a challenge, marking `choice`; answers what was seen. */
async function traceOf(choice: readonly number[], challenge: boolean): Promise<string[]> {
  const seen: string[] = [];
  const session = scriptedSession({
    manifest: training,
    state: { at: 'ballots', papers: [], voting: 'open', mayRestore: false, mayKeepCode: false },
  });
  const listen = (event: Event): void => {
    seen.push(describeEvent(event));
  };
  const { dispatchEvent } = EventTarget.prototype;
  EventTarget.prototype.dispatchEvent = function (this: EventTarget, event) {
    seen.push(`own ${describeEvent(event)}`);
    return dispatchEvent.call(this, event);
  };
  const { log, warn, error, info } = console;
  const logged = (...words: unknown[]): void => {
    seen.push(`console ${words.join(' ')}`);
  };
  Object.assign(console, { log: logged, warn: logged, error: logged, info: logged });
  for (const type of NATIVE) window.addEventListener(type, listen);
  const light = new MutationObserver((records) => {
    for (const { attributeName, target } of records) {
      seen.push(`light ${attributeName} ${(target as Element).outerHTML}`);
    }
  });
  try {
    const booth = await mount<KabinaBooth>(
      html`<kabina-booth mode="kiosk" .session=${session}></kabina-booth>`,
    );
    light.observe(document, { subtree: true, attributes: true, childList: true });
    const look = async (): Promise<void> => {
      await settle(booth);
      // What stands on the components' own tags, and what the headings say.
      seen.push(booth.outerHTML, booth.shadowRoot!.innerHTML);
      const screen = booth.shadowRoot!.querySelector('#screen > :not(.note)')!;
      seen.push(
        (screen.querySelector('h2') ?? screen.shadowRoot!.querySelector('h2')!).textContent,
      );
    };
    await goThrough(booth, session, choice, challenge, look);
    seen.push(document.title, location.href, String(history.length));
    seen.push(JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }));
    seen.push(...performance.getEntriesByType('resource').map(({ name }) => name));
  } finally {
    EventTarget.prototype.dispatchEvent = dispatchEvent;
    Object.assign(console, { log, warn, error, info });
    for (const type of NATIVE) window.removeEventListener(type, listen);
    light.disconnect();
  }
  return seen;
}

async function goThrough(
  booth: KabinaBooth,
  session: ScriptedSession,
  choice: readonly number[],
  challenge: boolean,
  look: () => Promise<void>,
): Promise<void> {
  await look();
  await session.openPaper('projects');
  await look();
  const ballot = deep(booth, 'kabina-ballot');
  const options = ballot.shadowRoot!.querySelectorAll('kabina-option');
  for (const index of choice) {
    deep(options[index]!, 'input').click();
    await look();
  }
  deep(ballot, '.primary').click();
  await look();
  deep(booth, 'kabina-review', '.primary').click();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await look();
  if (challenge) await session.challenge();
  else await session.cast();
  await look();
}

describe('privacy of the booth', () => {
  afterEach(clear);

  for (const challenge of [false, true]) {
    it(`shows the page around it nothing of the choice, ${challenge ? 'opened' : 'cast'}`, async () => {
      // Modules and fonts loaded the first time are not the second time's news.
      await traceOf([0, 2], challenge);
      const one = await traceOf([1, 4], challenge);
      const other = await traceOf([7, 3], challenge);
      expect(one.length).to.be.greaterThan(20);
      expect(one).to.deep.equal(other);
      for (const { name } of projects.options) expect(one.join()).not.to.include(name.ru);
    });
  }

  it('sends no event of its own beyond a shadow root', async () => {
    for (const line of await traceOf([1, 4], false)) {
      if (line.startsWith('own kabina-')) expect(line).to.match(/^own \S+ .* false false /);
    }
  });

  it('overwrites the marks once they are sealed, and shows them on no later screen', async () => {
    const session = scriptedSession({
      manifest: training,
      state: { at: 'marking', contest: 'projects', revision: 0 },
    });
    let given: readonly number[] = [];
    let sealedWith: readonly number[] = [];
    const seal = session.seal.bind(session);
    session.seal = async (marks) => {
      given = marks;
      sealedWith = [...marks];
      await seal(marks);
    };
    const booth = await mount<KabinaBooth>(html`<kabina-booth .session=${session}></kabina-booth>`);
    const ballot = deep(booth, 'kabina-ballot');
    const options = ballot.shadowRoot!.querySelectorAll('kabina-option');
    deep(options[3]!, 'input').click();
    deep(ballot, '.primary').click();
    await settle(booth);
    deep(booth, 'kabina-review', '.primary').click();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await settle(booth);
    expect(session.state.at).to.equal('sealed');
    expect(sealedWith).to.deep.equal([0, 0, 0, 1, 0, 0, 0, 0]);
    expect(given).to.deep.equal([0, 0, 0, 0, 0, 0, 0, 0]);
    const canary = projects.options[3]!.name.ru;
    expect(text(booth)).not.to.include(canary);
    await session.cast();
    await settle(booth);
    expect(text(booth)).not.to.include(canary);
    session.finish();
    await settle(booth);
    expect(text(booth)).not.to.include(canary);
  });
});

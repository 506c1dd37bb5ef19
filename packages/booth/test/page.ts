// A page of a booth for tests in Chromium: the real session, worker and IndexedDB, driven by the
// robot. It is built with Vite and served under the content security policy of the apps.

import { VotingSession, type SessionConfig, type SessionState } from '../src/session.ts';
import { vote, type Wish } from './robot.ts';

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): unknown;
}

// An app's own policy: scripts of its own origin and no other.
(globalThis as unknown as { trustedTypes: TrustedTypes }).trustedTypes.createPolicy('default', {
  createScriptURL(url) {
    if (new URL(url, location.href).origin !== location.origin) throw new TypeError(url);
    return url;
  },
});

const violations: string[] = [];
document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
  violations.push(`${violatedDirective} ${blockedURI}`);
});

let session: VotingSession | undefined;

const page = {
  violations,
  /** Whether the policy is in force: making code from text must fail. */
  // In a task of the page's own: what DevTools calls directly is exempt from the policy.
  evalBlocked: (): Promise<boolean> =>
    new Promise((resolve) => {
      setTimeout(() => {
        try {
          resolve(new Function('return false')() as boolean);
        } catch {
          resolve(true);
        }
      });
    }),
  open(config: Omit<SessionConfig, 'createWorker'>): void {
    session = new VotingSession({
      ...config,
      createWorker: () =>
        new Worker(new URL('../src/worker.ts', import.meta.url), { type: 'module' }),
    });
  },
  start: (): Promise<void> => session!.start(),
  vote: (wish: Wish): Promise<string[]> => vote(session!, wish),
  state: (): SessionState => session!.state,
  end: (): Promise<void> => session!.end(),
  forget: (): Promise<void> => session!.forget(),
  /** Everything in the database as it lies there, bytes as Latin-1 text. */
  async stored(): Promise<{ text: string; extractable: boolean; exported: boolean }> {
    const { openDB } = await import('idb');
    const db = await openDB('kabina-booth');
    const key = (await db.get('keys', 'records')) as CryptoKey;
    const exported = await crypto.subtle.exportKey('raw', key).then(
      () => true,
      () => false,
    );
    const parts: string[] = [];
    for (const name of await db.getAllKeys('records')) {
      const { iv, sealed } = (await db.get('records', name)) as Record<string, ArrayBuffer>;
      const bytes = [new Uint8Array(iv!), new Uint8Array(sealed!)];
      parts.push(String(name), ...bytes.map((list) => String.fromCharCode(...list)));
    }
    db.close();
    return { text: parts.join('\n'), extractable: key.extractable, exported };
  },
};

export type TestPage = typeof page;
Object.assign(globalThis, { page });

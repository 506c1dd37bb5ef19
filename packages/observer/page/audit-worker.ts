/** The worker that audits. It asks the page for workers that check ballots. */
import type { BallotJob } from '@kabina/election/verify';
import { BallotPool, type CheckerAnswer } from '../src/ballot-pool.ts';
import { Audit } from './audit.ts';
import type { FromAudit, ToAudit } from './messages.ts';

interface Scope {
  postMessage(message: FromAudit, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToAudit>) => void) | null;
}

const scope = globalThis as unknown as Scope;
/** More would only wait for the disk and the network. */
const MOST_WORKERS = 16;

let broken: (cause: unknown) => void = () => undefined;

const pool = new BallotPool(
  (answer, onBroken) => {
    broken = onBroken;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<CheckerAnswer>) => answer(data);
    scope.postMessage({ type: 'checker', port: port2 }, [port2]);
    return {
      post: (job: BallotJob) => port1.postMessage(job),
      stop: () => port1.close(),
    };
  },
  Math.min(MOST_WORKERS, Math.max(1, navigator.hardwareConcurrency)),
);
const audit = new Audit(pool, (message) => scope.postMessage(message));

scope.onmessage = ({ data }) => void take(data);

async function take(message: ToAudit): Promise<void> {
  switch (message.type) {
    case 'audit':
      return audit.run(message);
    case 'look-up':
      return scope.postMessage({
        type: 'found',
        id: message.id,
        answer: await audit.lookUp(message.text),
      });
    case 'look': {
      const live = await audit.look();
      if (live) scope.postMessage({ type: 'live', live });
      return;
    }
    case 'checker-broken':
      broken(new Error(message.message));
  }
}

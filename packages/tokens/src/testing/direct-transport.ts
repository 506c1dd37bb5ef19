/** A transport that leads straight to a simulated card, for tests without reader or system. */
import { fail, ok, type Result } from '../result.ts';
import type { ApduTransport } from '../transport.ts';
import type { SimulatedCard } from './simulated-card.ts';

export interface DirectOptions {
  /** Whether commands of extended length pass. Not by default. */
  readonly extended?: boolean;
  /** The card is pulled when it has answered so many commands. */
  readonly removeAfter?: number;
}

/** Powers the card and opens a session with it. */
export function directTransport(
  card: SimulatedCard,
  { extended = false, removeAfter = Infinity }: DirectOptions = {},
): ApduTransport {
  let over: 'closed' | 'removed' | undefined;
  let sent = 0;
  let before: Promise<unknown> = Promise.resolve();
  const { promise: ended, resolve } = Promise.withResolvers<'closed' | 'removed'>();
  const end = (why: 'closed' | 'removed') => {
    over ??= why;
    resolve(over);
  };
  const exchange = async (command: Uint8Array): Promise<Result<Uint8Array>> => {
    if (!over && sent >= removeAfter) end('removed');
    if (over === 'removed') return fail('transport.removed', 'The card was taken away.');
    if (over === 'closed') return fail('transport.closed', 'The transport was closed.');
    sent += 1;
    return ok(await card.transmit(command));
  };
  card.reset();
  return {
    reader: 'Simulated reader',
    atr: card.atr,
    extended,
    ended,
    transmit(command) {
      const answer = before.then(() => exchange(command));
      before = answer;
      return answer;
    },
    close() {
      end('closed');
      card.reset();
      return Promise.resolve();
    },
  };
}

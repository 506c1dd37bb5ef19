/**
 * Readers of the system's PC/SC through the Web Smart Card API (`smart-card-api.ts`), which browsers
 * give to Isolated Web Apps on ChromeOS and to nobody else.
 *
 * It cannot run on the Linux that a kiosk has: what is tested is this driver against a simulated API
 * written from the draft (`testing/simulated-smart-card.ts`), not against a ChromeOS device.
 *
 * A context does one operation at a time, and a wait for changes is one: the watch has a context of
 * its own, and so has each session.
 */
import { fail, ok, type Result, type TransportCode } from './result.ts';
import type {
  SmartCardConnection,
  SmartCardContext,
  SmartCardReaderStateIn,
  SmartCardReaderStateOut,
  SmartCardResourceManager,
  SmartCardResponseCode,
} from './smart-card-api.ts';
import type { ApduTransport, CardReader, ReaderSource } from './transport.ts';

/** PC/SC's name for "tell me when a reader comes or goes". */
const ANY_READER = '\\\\?PnP?\\Notification';
/** Between two looks where PC/SC doesn't wait for readers that come and go, or answers at once. */
const LOOK_AGAIN_MS = 1_000;
/** How long closing waits for a command that is under way. */
const LONGEST_CLOSE_MS = 2_000;

const CODES: Readonly<Record<SmartCardResponseCode, TransportCode>> = {
  'no-service': 'transport.unreachable',
  'no-smartcard': 'transport.no-card',
  'not-ready': 'transport.mute',
  'not-transacted': 'transport.protocol',
  'proto-mismatch': 'transport.unsupported',
  'reader-unavailable': 'transport.removed',
  'removed-card': 'transport.removed',
  // Somebody else has reset the card: the state that we had in it is gone, and so is the session.
  'reset-card': 'transport.removed',
  'server-too-busy': 'transport.busy',
  'sharing-violation': 'transport.busy',
  'system-cancelled': 'transport.unreachable',
  'unknown-reader': 'transport.removed',
  'unpowered-card': 'transport.removed',
  'unresponsive-card': 'transport.mute',
  'unsupported-card': 'transport.unsupported',
  'unsupported-feature': 'transport.unsupported',
};

function problem(error: unknown): ReturnType<typeof fail> {
  const { name, message, responseCode } = error as Partial<Error> & { responseCode?: string };
  const known = Object.hasOwn(CODES, responseCode ?? '');
  const denied = name === 'SecurityError' || name === 'NotAllowedError';
  const code = known
    ? CODES[responseCode as SmartCardResponseCode]
    : denied
      ? 'transport.denied'
      : 'transport.unreachable';
  return fail(code, message || 'The smart card service refused.');
}

/** The answer to reset. Lets go of the card if it is gone already. */
async function atrOf(connection: SmartCardConnection): Promise<Uint8Array> {
  try {
    const { answerToReset } = await connection.status();
    return new Uint8Array(answerToReset ?? new ArrayBuffer(0));
  } catch (error) {
    await connection.disconnect('unpower').catch(() => undefined);
    throw error;
  }
}

class SmartCardSession implements ApduTransport {
  readonly reader: string;
  readonly atr: Uint8Array;
  readonly extended: boolean;
  readonly ended: Promise<'closed' | 'removed'>;
  #connection: SmartCardConnection;
  #resolveEnded!: (why: 'closed' | 'removed') => void;
  #over: 'closed' | 'removed' | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  /** Resolves when the session is over: an operation under way can't be called back. */
  #cut: Promise<Result<never>>;

  constructor(reader: string, atr: Uint8Array, extended: boolean, connection: SmartCardConnection) {
    this.reader = reader;
    this.atr = atr;
    this.extended = extended;
    this.#connection = connection;
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    this.#cut = this.ended.then(() => this.#ending());
  }

  transmit(command: Uint8Array): Promise<Result<Uint8Array>> {
    const answer = this.#turn.then(() => this.#exchange(command));
    this.#turn = answer;
    return answer;
  }

  async close(): Promise<void> {
    if (this.#over !== undefined) return;
    this.#over = 'closed';
    // The connection refuses to be disconnected while a command is under way.
    const patience = AbortSignal.timeout(LONGEST_CLOSE_MS);
    await Promise.race([this.#turn, new Promise((go) => patience.addEventListener('abort', go))]);
    await this.#connection
      .disconnect('unpower')
      .catch(() => this.#connection.disconnect('reset'))
      .catch(() => undefined);
    this.#resolveEnded('closed');
  }

  /** The card, its reader or the service is gone. */
  removed(): void {
    if (this.#over !== undefined) return;
    this.#over = 'removed';
    this.#resolveEnded('removed');
    // The handle is of no use any more; letting go of it keeps the reader free for the next card.
    void this.#turn.then(() => this.#connection.disconnect('leave')).catch(() => undefined);
  }

  #ending(): Result<never> {
    return this.#over === 'closed'
      ? fail('transport.closed', 'The session with the card was closed.')
      : fail('transport.removed', 'The card or its reader is gone.');
  }

  async #exchange(command: Uint8Array): Promise<Result<Uint8Array>> {
    if (this.#over !== undefined) return this.#ending();
    return Promise.race([this.#cut, this.#send(command)]);
  }

  /** Makes no copy of the command, so there is none to wipe. */
  async #send(command: Uint8Array): Promise<Result<Uint8Array>> {
    try {
      const response = await this.#connection.transmit(command as Uint8Array<ArrayBuffer>);
      if (response.byteLength >= 2) return ok(new Uint8Array(response));
      return fail('transport.protocol', 'The response has no status.');
    } catch (error) {
      const failed = problem(error);
      if (failed.problem.code === 'transport.removed') this.removed();
      return failed;
    }
  }
}

class SmartCardReader implements CardReader {
  readonly name: string;
  present = false;
  /** Cards put in and taken out so far, where PC/SC counts. */
  count = 0;
  /** Whether its state has been heard at all. */
  known = false;
  #manager: SmartCardResourceManager;
  #session: SmartCardSession | undefined;
  #connecting = false;

  constructor(name: string, manager: SmartCardResourceManager) {
    this.name = name;
    this.#manager = manager;
  }

  async connect(): Promise<Result<ApduTransport>> {
    if (this.#session !== undefined || this.#connecting) {
      return fail('transport.busy', 'A session with this reader is open.');
    }
    this.#connecting = true;
    try {
      const context = await this.#manager.establishContext();
      const { connection, activeProtocol } = await context.connect(this.name, 'exclusive', {
        preferredProtocols: ['t1', 't0'],
      });
      const atr = await atrOf(connection);
      // T=0 has no extended length; ENVELOPE and GET RESPONSE would be another road.
      const extended = activeProtocol === 't1';
      const session = new SmartCardSession(this.name, atr, extended, connection);
      this.#session = session;
      void session.ended.then(() => (this.#session = undefined));
      return ok(session);
    } catch (error) {
      const failed = problem(error);
      const { responseCode } = error as { responseCode?: SmartCardResponseCode };
      return responseCode === 'removed-card'
        ? fail('transport.no-card', failed.problem.message)
        : failed;
    } finally {
      this.#connecting = false;
    }
  }

  removed(): void {
    this.present = false;
    this.#session?.removed();
  }

  async close(): Promise<void> {
    await this.#session?.close();
  }
}

class SmartCardSource extends EventTarget implements ReaderSource {
  readonly kind = 'smart-card';
  #manager: SmartCardResourceManager;
  #readers: SmartCardReader[] = [];
  #watch: AbortController | undefined;
  #opening: Promise<Result<readonly CardReader[]>> | undefined;

  constructor(manager: SmartCardResourceManager) {
    super();
    this.#manager = manager;
  }

  get readers(): readonly CardReader[] {
    return this.#readers;
  }

  async open(): Promise<Result<readonly CardReader[]>> {
    if (this.#watch !== undefined) return ok(this.#readers);
    this.#opening ??= this.#begin().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  async close(): Promise<void> {
    this.#watch?.abort();
    this.#watch = undefined;
    const readers = this.#readers;
    this.#readers = [];
    await Promise.all(readers.map((reader) => reader.close()));
  }

  async #begin(): Promise<Result<readonly CardReader[]>> {
    const watch = new AbortController();
    try {
      const context = await this.#manager.establishContext();
      // The first look answers at once, since we know nothing of any reader.
      await this.#relist(context);
      if (this.#readers.length > 0) this.#take(await context.getStatusChange(this.#believed()));
      this.#watch = watch;
      void this.#follow(context, watch.signal);
    } catch (error) {
      return problem(error);
    }
    return ok(this.#readers);
  }

  /** Follows readers and cards until it is told to stop, or until the service is gone. */
  async #follow(context: SmartCardContext, signal: AbortSignal): Promise<void> {
    let readerCount: number | undefined;
    let pause = false;
    while (!signal.aborted) {
      try {
        if (pause) await new Promise((go) => setTimeout(go, LOOK_AGAIN_MS));
        if (signal.aborted) return;
        await this.#relist(context);
        const any = { readerName: ANY_READER, currentState: {} };
        const asked = [
          ...this.#believed(),
          readerCount === undefined ? any : { ...any, currentCount: readerCount },
        ];
        const states = await context.getStatusChange(asked, { signal });
        const coming = states.find(({ readerName }) => readerName === ANY_READER);
        // Where PC/SC knows nothing of that name, or answers without a change, we look by the clock.
        pause =
          coming?.eventState.unknown === true || !states.some((one) => one.eventState.changed);
        readerCount = coming?.eventCount;
        this.#take(states);
      } catch (error) {
        if (signal.aborted) return;
        const { code } = problem(error).problem;
        // A reader went between the list and the question: ask anew. Anything else is the end.
        if (code !== 'transport.removed') {
          this.#lost();
          return;
        }
        pause = true;
      }
    }
  }

  #believed(): SmartCardReaderStateIn[] {
    return this.#readers.map(({ name, known, present, count }) => ({
      readerName: name,
      currentState: known ? { present, empty: !present } : { unaware: true },
      currentCount: count,
    }));
  }

  async #relist(context: SmartCardContext): Promise<void> {
    const names = [...new Set(await context.listReaders())];
    const gone = this.#readers.filter(({ name }) => !names.includes(name));
    const fresh = names.filter((name) => !this.#readers.some((reader) => reader.name === name));
    for (const reader of gone) reader.removed();
    if (gone.length === 0 && fresh.length === 0) return;
    this.#readers = [
      ...this.#readers.filter((reader) => !gone.includes(reader)),
      ...fresh.map((name) => new SmartCardReader(name, this.#manager)),
    ];
    this.dispatchEvent(new Event('change'));
  }

  #take(states: readonly SmartCardReaderStateOut[]): void {
    let changed = false;
    for (const { readerName, eventState, eventCount } of states) {
      const reader = this.#readers.find(({ name }) => name === readerName);
      if (reader === undefined) continue;
      reader.known = true;
      reader.count = eventCount;
      const present = eventState.present && !eventState.unavailable;
      if (present === reader.present) continue;
      changed = true;
      if (present) reader.present = true;
      else reader.removed();
    }
    if (changed) this.dispatchEvent(new Event('change'));
  }

  #lost(): void {
    this.#watch = undefined;
    const readers = this.#readers;
    this.#readers = [];
    for (const reader of readers) reader.removed();
    this.dispatchEvent(new Event('change'));
  }
}

/**
 * @param manager `navigator.smartCard`, or a thing of the same shape
 * @returns undefined where the browser has no such interface
 */
export function smartCardReaders(
  manager = (globalThis as { navigator?: { smartCard?: SmartCardResourceManager } }).navigator
    ?.smartCard,
): ReaderSource | undefined {
  return manager === undefined ? undefined : new SmartCardSource(manager);
}

/**
 * The Web Smart Card API without a browser, written from the draft's algorithms: one operation at a
 * time per context (`InvalidStateError` otherwise), `SmartCardError` with a response code, exclusive
 * connections, a wait for changes that answers at once where the program's belief is wrong and can be
 * cancelled, a count of readers behind PC/SC's `\\?PnP?\Notification`.
 */
import type {
  SmartCardConnection,
  SmartCardContext,
  SmartCardReaderStateIn,
  SmartCardReaderStateOut,
  SmartCardResourceManager,
  SmartCardResponseCode,
} from '../smart-card-api.ts';

const ANY_READER = '\\\\?PnP?\\Notification';

class SmartCardError extends DOMException {
  readonly responseCode: SmartCardResponseCode;
  constructor(responseCode: SmartCardResponseCode) {
    super(`PC/SC answered ${responseCode}.`, 'SmartCardError');
    this.responseCode = responseCode;
  }
}

export interface SimulatedPcscCard {
  readonly atr: Uint8Array;
  readonly protocol: 't0' | 't1';
  transmit(command: Uint8Array): Promise<Uint8Array>;
}

interface Slot {
  card: SimulatedPcscCard | undefined;
  count: number;
  /** Who holds the reader for itself. */
  holder: Connection | undefined;
}

/** PC/SC with its readers. Stands for `navigator.smartCard`. */
export class SimulatedSmartCards implements SmartCardResourceManager {
  readonly slots = new Map<string, Slot>();
  /** Whether PC/SC knows the name by which one waits for readers. */
  plugAndPlay = true;
  denied = false;
  down = false;
  /** Dispositions of all that has been disconnected, oldest first. */
  readonly dispositions: string[] = [];
  #waiting = new Set<() => void>();

  async establishContext(): Promise<SmartCardContext> {
    if (this.denied) throw new DOMException('Not allowed by the policy.', 'SecurityError');
    if (this.down) throw new SmartCardError('no-service');
    return new Context(this);
  }

  plug(name: string): void {
    this.slots.set(name, { card: undefined, count: 0, holder: undefined });
    this.changed();
  }

  unplug(name: string): void {
    this.slots.delete(name);
    this.changed();
  }

  insert(name: string, card: SimulatedPcscCard): void {
    const slot = this.slots.get(name)!;
    slot.card = card;
    slot.count += 1;
    this.changed();
  }

  take(name: string): void {
    const slot = this.slots.get(name)!;
    slot.card = undefined;
    slot.count += 1;
    this.changed();
  }

  stop(): void {
    this.down = true;
    this.changed();
  }

  changed(): void {
    for (const look of this.#waiting) look();
  }

  wait(look: () => void): () => void {
    this.#waiting.add(look);
    return () => this.#waiting.delete(look);
  }
}

class Context implements SmartCardContext {
  readonly pcsc: SimulatedSmartCards;
  #busy = false;

  constructor(pcsc: SimulatedSmartCards) {
    this.pcsc = pcsc;
  }

  /** The draft's `[[operationInProgress]]`. */
  async operation<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#busy) throw new DOMException('An operation is in progress.', 'InvalidStateError');
    this.#busy = true;
    try {
      await new Promise((go) => setImmediate(go));
      if (this.pcsc.down) throw new SmartCardError('no-service');
      return await work();
    } finally {
      this.#busy = false;
    }
  }

  listReaders(): Promise<string[]> {
    return this.operation(() => [...this.pcsc.slots.keys()]);
  }

  async getStatusChange(
    states: readonly SmartCardReaderStateIn[],
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<SmartCardReaderStateOut[]> {
    signal?.throwIfAborted();
    return this.operation(
      () =>
        new Promise<SmartCardReaderStateOut[]>((resolve, reject) => {
          const look = () => {
            if (this.pcsc.down) return end(() => reject(new SmartCardError('no-service')));
            const out = states.map((state) => this.#state(state));
            if (out.some(({ eventState }) => eventState.changed)) end(() => resolve(out));
          };
          const cancel = () => end(() => reject(signal!.reason as Error));
          const stop = this.pcsc.wait(look);
          const end = (settle: () => void) => {
            stop();
            signal?.removeEventListener('abort', cancel);
            settle();
          };
          signal?.addEventListener('abort', cancel);
          look();
        }),
    );
  }

  #state(state: SmartCardReaderStateIn): SmartCardReaderStateOut {
    const { readerName, currentState, currentCount } = state;
    const nothing = {
      changed: false,
      unavailable: false,
      unknown: false,
      empty: false,
      present: false,
      mute: false,
    };
    if (readerName === ANY_READER && this.pcsc.plugAndPlay) {
      const { size } = this.pcsc.slots;
      const eventState = { ...nothing, changed: size !== (currentCount ?? 0) };
      return { readerName, eventState, eventCount: size };
    }
    const slot = this.pcsc.slots.get(readerName);
    if (slot === undefined) {
      const eventState = { ...nothing, changed: true, unknown: true };
      return { readerName, eventState, eventCount: 0 };
    }
    const present = slot.card !== undefined;
    const changed =
      currentState.unaware === true ||
      (currentState.present ?? false) !== present ||
      (currentCount ?? 0) !== slot.count;
    const eventState = { ...nothing, changed, present, empty: !present };
    return { readerName, eventState, eventCount: slot.count };
  }

  connect(
    reader: string,
    mode: 'shared' | 'exclusive' | 'direct',
    { preferredProtocols = [] }: { readonly preferredProtocols?: readonly string[] } = {},
  ): ReturnType<SmartCardContext['connect']> {
    return this.operation(() => {
      const slot = this.pcsc.slots.get(reader);
      if (slot === undefined) throw new SmartCardError('unknown-reader');
      if (slot.holder !== undefined) throw new SmartCardError('sharing-violation');
      const { card } = slot;
      if (card === undefined) throw new SmartCardError('no-smartcard');
      if (!preferredProtocols.includes(card.protocol)) throw new SmartCardError('proto-mismatch');
      const connection = new Connection(this, slot, card);
      if (mode === 'exclusive') slot.holder = connection;
      return { connection, activeProtocol: card.protocol };
    });
  }
}

class Connection implements SmartCardConnection {
  #context: Context;
  #slot: Slot;
  #card: SimulatedPcscCard;
  #over = false;

  constructor(context: Context, slot: Slot, card: SimulatedPcscCard) {
    this.#context = context;
    this.#slot = slot;
    this.#card = card;
  }

  #check(): void {
    const there = [...this.#context.pcsc.slots.values()].includes(this.#slot);
    if (!there) throw new SmartCardError('reader-unavailable');
    if (this.#slot.card !== this.#card) throw new SmartCardError('removed-card');
  }

  async #operation<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#over) throw new DOMException('It is disconnected.', 'InvalidStateError');
    return this.#context.operation(work);
  }

  transmit(command: BufferSource): Promise<ArrayBuffer> {
    const bytes = (command as Uint8Array).slice();
    return this.#operation(async () => {
      this.#check();
      const response = await this.#card.transmit(bytes);
      this.#check();
      return response.slice().buffer;
    });
  }

  status(): Promise<{ answerToReset: ArrayBuffer }> {
    return this.#operation(() => {
      this.#check();
      return { answerToReset: this.#card.atr.slice().buffer };
    });
  }

  disconnect(disposition: string): Promise<void> {
    return this.#operation(() => {
      this.#over = true;
      if (this.#slot.holder === this) this.#slot.holder = undefined;
      this.#context.pcsc.dispositions.push(disposition);
    });
  }
}

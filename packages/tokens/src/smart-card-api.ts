/**
 * The part of the Web Smart Card API (https://wicg.github.io/web-smart-card/, draft of May 2026) that
 * we use. TypeScript has no types of it: it exists only in Isolated Web Apps on ChromeOS.
 */

export interface SmartCardResourceManager {
  establishContext(): Promise<SmartCardContext>;
}

export interface SmartCardContext {
  listReaders(): Promise<string[]>;
  getStatusChange(
    states: readonly SmartCardReaderStateIn[],
    options?: { readonly timeout?: number; readonly signal?: AbortSignal },
  ): Promise<SmartCardReaderStateOut[]>;
  connect(
    reader: string,
    mode: 'shared' | 'exclusive' | 'direct',
    options?: { readonly preferredProtocols?: readonly SmartCardProtocol[] },
  ): Promise<{ connection: SmartCardConnection; activeProtocol?: SmartCardProtocol }>;
}

export type SmartCardProtocol = 'raw' | 't0' | 't1';

/** What a program believes. All false: it knows that nothing is there. */
export interface SmartCardReaderStateIn {
  readonly readerName: string;
  readonly currentState: {
    readonly unaware?: boolean;
    readonly empty?: boolean;
    readonly present?: boolean;
  };
  readonly currentCount?: number;
}

export interface SmartCardReaderStateOut {
  readonly readerName: string;
  readonly eventState: {
    readonly changed: boolean;
    readonly unavailable: boolean;
    readonly unknown: boolean;
    readonly empty: boolean;
    readonly present: boolean;
    readonly mute: boolean;
  };
  readonly eventCount: number;
}

export interface SmartCardConnection {
  transmit(command: BufferSource): Promise<ArrayBuffer>;
  status(): Promise<{ readonly answerToReset?: ArrayBuffer }>;
  disconnect(disposition: 'leave' | 'reset' | 'unpower' | 'eject'): Promise<void>;
}

/** A `SmartCardError` has one of these as its `responseCode`; other DOMExceptions have none. */
export type SmartCardResponseCode =
  | 'no-service'
  | 'no-smartcard'
  | 'not-ready'
  | 'not-transacted'
  | 'proto-mismatch'
  | 'reader-unavailable'
  | 'removed-card'
  | 'reset-card'
  | 'server-too-busy'
  | 'sharing-violation'
  | 'system-cancelled'
  | 'unknown-reader'
  | 'unpowered-card'
  | 'unresponsive-card'
  | 'unsupported-card'
  | 'unsupported-feature';

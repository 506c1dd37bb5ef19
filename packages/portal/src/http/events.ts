/**
 * Server-sent events (HTML Living Standard §9.2) with the newest value only: a value that changes
 * many times within the pause is sent once. That is enough for charts, and it keeps a stream from
 * timing single ballots or voters.
 */
import type { ServerResponse } from 'node:http';
import { PortalError } from '../errors.ts';
import { Stream } from './listener.ts';

/** Least pause between two events. */
const PAUSE_MS = 1_000;
/** A comment that keeps proxies from closing a quiet stream. */
const HEARTBEAT_MS = 15_000;
const MAX_STREAMS = 2_000;

export class EventFeed {
  readonly #name: string;
  readonly #value: () => Promise<unknown>;
  readonly #onFault: (error: unknown) => void;
  readonly #streams = new Set<ServerResponse>();
  readonly #heartbeat: NodeJS.Timeout;
  #pending: NodeJS.Timeout | undefined;
  #last = '';

  /** `value` gives what is sent: at the opening of a stream, and after a change. */
  constructor(name: string, value: () => Promise<unknown>, onFault: (error: unknown) => void) {
    this.#name = name;
    this.#onFault = onFault;
    this.#value = value;
    this.#heartbeat = setInterval(() => {
      for (const stream of this.#streams) stream.write(': \n\n');
    }, HEARTBEAT_MS).unref();
  }

  /** Handler's answer: a stream with the present value first. */
  async stream(): Promise<Stream> {
    if (this.#streams.size >= MAX_STREAMS) throw new PortalError('server.busy');
    const first = this.#event(JSON.stringify(await this.#value()));
    return new Stream((response) => {
      this.#streams.add(response);
      response.on('close', () => this.#streams.delete(response));
      response.write(first);
    });
  }

  /** Says that the value may have changed. */
  changed(): void {
    this.#pending ??= setTimeout(() => {
      this.#pending = undefined;
      this.#send().catch(this.#onFault);
    }, PAUSE_MS).unref();
  }

  close(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#pending);
    for (const stream of this.#streams) stream.end();
  }

  async #send(): Promise<void> {
    if (this.#streams.size === 0) return;
    const value = JSON.stringify(await this.#value());
    if (value === this.#last) return;
    this.#last = value;
    for (const stream of this.#streams) stream.write(this.#event(value));
  }

  #event(value: string): string {
    return `event: ${this.#name}\ndata: ${value}\n\n`;
  }
}

/**
 * How a one-time code reaches its voter. Drivers: `console` (a person at a training machine reads
 * it) and `ipc` (the parent process gets it as a message: rehearsals and tests). Operators bring
 * drivers of their own for SMS and the like.
 */
import { SetupError } from '../errors.ts';

export interface OneTimeMessage {
  readonly issuer: string;
  readonly login: string;
  readonly phone: string;
  readonly code: string;
}

/** Rejects if the message surely didn't go out. */
export type Sender = (message: OneTimeMessage) => Promise<void>;

/** `print` writes one line where a person reads it. Training only: a code there is no secret. */
export function consoleSender(print: (line: string) => void): Sender {
  return async ({ issuer, login, phone, code }) => {
    print(`[${issuer}] одноразовый код для ${login} (${phone}): ${code}`);
  };
}

/** Sends `{ type: 'code', issuer, login, phone, code }` to the parent process. */
export function ipcSender(): Sender {
  const send = process.send?.bind(process);
  if (send === undefined) throw new SetupError('sender.ipc', 'процесс запущен без канала IPC');
  return (message) =>
    new Promise((resolve, reject) => {
      send({ type: 'code', ...message }, undefined, undefined, (error: Error | null) =>
        error ? reject(error) : resolve(),
      );
    });
}

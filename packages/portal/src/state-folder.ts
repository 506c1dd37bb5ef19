/**
 * A process's own folder (mode 0700) and the secrets in it (mode 0600). A secret is made once, here,
 * and never leaves the folder.
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { randomBytes } from '@kabina/crypto/bytes';
import { SetupError } from './errors.ts';

export class StateFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o700);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  has(name: string): boolean {
    return existsSync(this.file(name));
  }

  read(name: string): Buffer {
    try {
      return readFileSync(this.file(name));
    } catch (error) {
      throw new SetupError(
        'state.missing',
        `нет файла ${name}; выполните сначала команду keys`,
        error,
      );
    }
  }

  /** Writes a file whole or not at all: a dying process leaves the former one. */
  write(name: string, content: string | Uint8Array): void {
    const target = this.file(name);
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    const draft = `${target}.new`;
    const handle = openSync(draft, 'w', 0o600);
    try {
      writeSync(handle, Buffer.from(content));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(draft, target);
  }

  /** A secret of 32 random bytes, made at the first asking. */
  secret(name: string): Uint8Array {
    if (!this.has(name)) this.write(name, Buffer.from(randomBytes(32)).toString('hex'));
    const secret = Uint8Array.from(Buffer.from(this.read(name).toString('utf8').trim(), 'hex'));
    if (secret.length !== 32) throw new SetupError('state.damaged', `файл ${name} повреждён`);
    return secret;
  }
}

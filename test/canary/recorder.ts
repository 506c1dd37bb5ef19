/**
 * Loaded into every process of a watched election before its own code (`node --import`): writes down
 * all that the process prints, every address that it is asked for and every byte that it answers,
 * headers included, below the folder named by `KABINA_RECORDS`.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { ServerResponse } from 'node:http';
import { basename, join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

const records = process.env['KABINA_RECORDS'];

type Write = (chunk: unknown, ...rest: unknown[]) => unknown;

/** Text or bytes as they would go out; other values are none of ours. */
function bytesOf(chunk: unknown): Uint8Array | string | undefined {
  return typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk : undefined;
}

// A worker's output comes through its main thread.
if (records !== undefined && isMainThread) {
  const role = [basename(process.argv[1] ?? 'node', '.ts'), ...process.argv.slice(2, 3)].join('-');
  const folder = join(records, `${role}-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const note = (file: string, chunk: unknown): void => {
    const bytes = bytesOf(chunk);
    if (bytes !== undefined) appendFileSync(join(folder, file), bytes);
  };

  for (const name of ['stdout', 'stderr'] as const) {
    const stream = process[name];
    const write = stream.write.bind(stream) as Write;
    stream.write = ((chunk: unknown, ...rest: unknown[]) => {
      note(name, chunk);
      return write(chunk, ...rest);
    }) as typeof stream.write;
  }

  const prototype = ServerResponse.prototype;
  const started = new WeakSet<ServerResponse>();
  const begin = (response: ServerResponse): string => {
    const { method = '', url = '' } = response.req;
    // One file for each operation: `POST_login`, `GET_board`.
    const operation = `${method}_${/^\/([a-z-]*)/.exec(url)?.[1] ?? ''}`;
    if (!started.has(response)) {
      started.add(response);
      note('urls', `${method} ${url}\n`);
      response.once('finish', () => {
        const { _header: header } = response as unknown as { _header?: string };
        note(`answer-${operation}`, `\n${header ?? ''}`);
      });
    }
    return `answer-${operation}`;
  };
  for (const method of ['write', 'end'] as const) {
    const original = prototype[method] as (this: ServerResponse, ...args: unknown[]) => unknown;
    (prototype as unknown as Record<string, unknown>)[method] = function (
      this: ServerResponse,
      ...args: unknown[]
    ) {
      note(begin(this), args[0]);
      return original.apply(this, args);
    };
  }
}

/**
 * A witness as a server (c2sp.org/tlog-witness): a log asks it by `POST /add-checkpoint` to cosign
 * its newest checkpoint, and it does so if that is a continuation of the last one that it cosigned.
 * `GET /checkpoint` shows that last one. It knows nothing of elections.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { MAX_REQUEST_BYTES, type Witness } from '@kabina/log/witness';

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_REQUEST_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}

const TEXT = 'text/plain; charset=utf-8';

/**
 * Serves a witness for one log. The server is not listening yet.
 *
 * @param onFault told of what must not happen: a store that fails. The asker gets 500 then.
 */
export function witnessServer(
  witness: Witness,
  origin: string,
  onFault: (error: unknown) => void,
): Server {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/';
    if (request.method === 'POST' && path === '/add-checkpoint') {
      const body = await readBody(request);
      if (body === undefined) {
        send(response, 413, TEXT, 'the request is too long\n');
        return;
      }
      const answer = await witness.addCheckpoint(new Uint8Array(body));
      send(response, answer.status, answer.contentType, answer.body);
    } else if (request.method === 'GET' && path === '/checkpoint') {
      const note = await witness.checkpoint(origin);
      if (note === undefined) send(response, 404, TEXT, 'nothing cosigned yet\n');
      else send(response, 200, TEXT, note);
    } else {
      send(response, 404, TEXT, 'not found\n');
    }
  };
  return createServer({ requestTimeout: 10_000 }, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      onFault(error);
      if (!response.headersSent) send(response, 500, TEXT, 'the witness failed\n');
      else response.destroy();
    });
  });
}

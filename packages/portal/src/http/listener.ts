/**
 * One HTTP listener from a table of routes: fastify with strict checking, size and time limits,
 * rate limits, security headers and one form of error answer. It writes no request log: addresses,
 * bodies and query strings stay out of files. The rate limiter keeps addresses in memory only.
 */
import type { ServerResponse } from 'node:http';
import cors from '@fastify/cors';
import rateLimit from '@fastify/rate-limit';
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { isOptional, openApi, openApiRoute, type OpenApi } from '../api/openapi.ts';
import type { Route } from '../api/routes.ts';
import { PortalError, type ErrorCode } from '../errors.ts';

/** The longest body: a log entry (C2SP tlog-tiles: 65,535 bytes). */
const MAX_BODY_BYTES = 65_535;
/** JSON questions are short. */
const MAX_JSON_BYTES = 8_192;
/** Longest part of a path: more than Node lets through. */
const MAX_PARAMETER = 100_000;
/** How long a client may take to send its request. */
const REQUEST_TIMEOUT_MS = 20_000;
/** Requests a minute from one address, unless configured: many voters may stand behind one. */
const DEFAULT_REQUESTS_PER_MINUTE = 12_000;
/** Operations that a guesser would repeat get this part of it. */
const GUESS_PART = 4;

/** What a handler may read of a request: decoded and already checked against its route. */
export interface Question {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** JSON value that fits the route's schema, or bytes for CBOR, or `undefined`. */
  readonly body: unknown;
  /** The bearer secret of the `Authorization` header. */
  readonly bearer: string | undefined;
  /** Who asks, for limits held in memory; never stored, never logged. */
  readonly address: string;
}

/** An answer with headers of its own, or a stream that the handler takes over. */
export class Answer {
  readonly body: string | Uint8Array | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(body: string | Uint8Array | undefined, headers: Readonly<Record<string, string>>) {
    this.body = body;
    this.headers = headers;
  }
}

export class Stream {
  /** Called with the raw response after its headers are written. */
  readonly open: (response: ServerResponse) => void;

  constructor(open: (response: ServerResponse) => void) {
    this.open = open;
  }
}

export type Handler = (question: Question) => Promise<unknown>;

export interface ListenerOptions<Name extends string> {
  readonly title: string;
  readonly routes: Readonly<Record<Name, Route>>;
  readonly handlers: Readonly<Record<Name, Handler>>;
  /** Refuses cookies. */
  readonly anonymous: boolean;
  readonly requestsPerMinute?: number;
  /** Told of faults that are not refusals. Gets no request data. */
  readonly onFault: (error: unknown) => void;
}

export interface Listener {
  readonly server: FastifyInstance;
  readonly document: OpenApi;
  /** Listens on the loopback unless told otherwise; gives the port. */
  listen(port: number, host?: string): Promise<number>;
  close(): Promise<void>;
}

const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'cross-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Codes of fastify's own refusals. */
const REFUSALS: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_VALIDATION: 'request.fields',
  FST_ERR_CTP_BODY_TOO_LARGE: 'request.too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'request.type',
};

function portalError(error: unknown): PortalError {
  if (error instanceof PortalError) return error;
  const { code, statusCode } = error as Partial<FastifyError>;
  const refusal = REFUSALS[code ?? ''];
  if (refusal !== undefined) return new PortalError(refusal, {}, error);
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new PortalError('request.malformed', {}, error);
  }
  return new PortalError('server.internal', {}, error);
}

const errorBody = (error: PortalError): string =>
  JSON.stringify({ code: error.code, message: error.message, ...error.details });

async function send(reply: FastifyReply, route: Route, result: unknown): Promise<FastifyReply> {
  if (result instanceof Stream) {
    reply.hijack();
    reply.raw.writeHead(200, {
      ...reply.getHeaders(),
      'content-type': 'text/event-stream',
    } as Record<string, string>);
    result.open(reply.raw);
    return reply;
  }
  if (route.answer === undefined) return reply.code(204).send();
  const answer =
    result instanceof Answer
      ? result
      : new Answer(result instanceof Uint8Array ? result : JSON.stringify(result), {});
  const { body } = answer;
  return reply
    .headers({ 'content-type': route.answer.type, ...answer.headers })
    .send(typeof body === 'string' || body === undefined ? body : Buffer.from(body));
}

function questionOf(request: FastifyRequest): Question {
  const bearer = /^Bearer ([A-Za-z0-9_-]{1,200})$/.exec(request.headers.authorization ?? '')?.[1];
  const params = { ...(request.params as Record<string, string>) };
  if (params['*'] !== undefined) params['path'] = params['*'];
  return {
    params,
    query: request.query as Record<string, string>,
    body: request.body,
    bearer,
    address: request.ip,
  };
}

function register(
  server: FastifyInstance,
  route: Route,
  handler: Handler,
  perMinute: number,
): void {
  const json = route.body?.type === 'application/json' ? route.body.schema : undefined;
  const max = route.rate === 'guess' ? Math.ceil(perMinute / GUESS_PART) : perMinute;
  const wild = route.path.includes('*}');
  const optional = isOptional(route.body);
  server.route({
    method: route.method,
    url: route.path.replace(/\{(\w+)\*\}/, '*').replaceAll(/\{(\w+)\}/g, ':$1'),
    bodyLimit: route.maxBytes ?? (json ? MAX_JSON_BYTES : MAX_BODY_BYTES),
    config: { rateLimit: { max, timeWindow: '1 minute' } },
    schema: {
      ...(json && { body: json }),
      ...(route.params &&
        !wild && {
          params: { type: 'object', properties: route.params, required: Object.keys(route.params) },
        }),
      querystring: {
        type: 'object',
        additionalProperties: false,
        properties: route.query ?? {},
        required: Object.keys(route.query ?? {}),
      },
    },
    preValidation: async (request) => {
      // A parser answers for each type alone; a route takes only its own.
      const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
      if (optional && type === undefined) {
        request.body = {};
        return;
      }
      if (route.body !== undefined && type !== route.body.type) {
        throw new PortalError('request.type');
      }
      if (route.body === undefined && request.body !== undefined && request.body !== null) {
        throw new PortalError('request.fields');
      }
    },
    handler: async (request, reply) => send(reply, route, await handler(questionOf(request))),
  });
}

/** Makes the listener; nothing listens until `listen`. */
export async function createListener<Name extends string>(
  options: ListenerOptions<Name>,
): Promise<Listener> {
  const perMinute = options.requestsPerMinute ?? DEFAULT_REQUESTS_PER_MINUTE;
  const routes = Object.values<Route>(options.routes);
  const document = openApi(options.title, routes, options.anonymous);
  const server = Fastify({
    logger: false,
    exposeHeadRoutes: false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: MAX_PARAMETER },
    // Refused before routing, so no hook has run: an address that can't be decoded.
    frameworkErrors: (_error, _request, reply) => {
      reply.raw.writeHead(400, {
        ...SECURITY_HEADERS,
        'access-control-allow-origin': '*',
        'content-type': 'application/json',
      });
      reply.raw.end(errorBody(new PortalError('request.malformed')));
    },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
    clientErrorHandler: (_error, socket) => {
      // The peer may have gone already.
      if (!socket.writable) {
        socket.destroy();
        return;
      }
      const body = errorBody(new PortalError('request.malformed'));
      socket.end(
        `HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nconnection: close\r\n` +
          `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    },
  });
  server.addContentTypeParser('application/cbor', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, Uint8Array.from(body as Buffer)),
  );
  server.removeContentTypeParser('text/plain');

  server.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (options.anonymous && request.headers.cookie !== undefined) {
      throw new PortalError('request.cookie');
    }
  });
  server.setErrorHandler((error, _request, reply) => {
    const refusal = portalError(error);
    if (refusal.code === 'server.internal') options.onFault(error);
    const { retryAfter } = refusal.details;
    if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
    return reply
      .code(refusal.status)
      .header('content-type', 'application/json')
      .send(errorBody(refusal));
  });

  await server.register(cors, {
    origin: '*',
    methods: ['GET', 'POST', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type'],
    // So that a kiosk's page can hold its machine's clock against ours.
    exposedHeaders: ['date'],
    maxAge: 600,
  });
  await server.register(rateLimit, {
    global: true,
    max: perMinute,
    timeWindow: '1 minute',
    errorResponseBuilder: (_request, context) =>
      new PortalError('request.too-many', { retryAfter: Math.ceil(context.ttl / 1000) }),
  });
  server.setNotFoundHandler(() => {
    throw new PortalError('request.not-found');
  });
  for (const [name, route] of Object.entries<Route>(options.routes)) {
    register(server, route, options.handlers[name as Name], perMinute);
  }
  register(server, openApiRoute, async () => document, perMinute);

  return {
    server,
    document,
    listen: async (port, host = '127.0.0.1') => {
      await server.listen({ port, host });
      const address = server.server.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      return address.port;
    },
    close: () => server.close(),
  };
}

/**
 * What a route is: everything about one HTTP operation but its handler. The server registers from
 * it, the OpenAPI document is made from it, and a handler can't throw a code that it doesn't list
 * without a test seeing it.
 */
import type { ErrorCode } from '../errors.ts';
import type { Schema } from './schemas.ts';

export type Content =
  | { readonly type: 'application/json'; readonly schema: Schema }
  | {
      readonly type:
        'application/cbor' | 'application/octet-stream' | 'text/plain' | 'text/event-stream';
      /** The type of some of the answers. */
      readonly or?: 'text/plain';
    };

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** OpenAPI style: `/proofs/{leaf}`. A last segment `{path*}` takes the rest of the path. */
  readonly path: string;
  readonly summary: string;
  /** Which bearer secret the operation needs. */
  readonly bearer?: 'session' | 'desk';
  readonly params?: Readonly<Record<string, Schema>>;
  readonly query?: Readonly<Record<string, Schema>>;
  readonly body?: Content;
  /** The longest body in bytes, where it isn't that of all others of its type. */
  readonly maxBytes?: number;
  /** The one good answer, with status 200, or 204 when nothing is said. */
  readonly answer: Content | undefined;
  /** What it may be refused with, besides {@link COMMON_ERRORS} and {@link BODY_ERRORS}. */
  readonly errors: readonly ErrorCode[];
  /** `guess` is for what a guesser of codes would repeat, or what costs the server more than the asker. */
  readonly rate?: 'guess';
}

/** Any operation may answer with these. */
export const COMMON_ERRORS: readonly ErrorCode[] = [
  'request.malformed',
  'request.fields',
  'request.too-large',
  'request.timeout',
  'request.too-many',
  'server.internal',
  'server.busy',
];
/** Operations that take a body. */
export const BODY_ERRORS: readonly ErrorCode[] = ['request.type'];
/** The anonymous listener's operations. */
export const ANONYMOUS_ERRORS: readonly ErrorCode[] = ['request.cookie'];

export const json = (schema: Schema): Content => ({ type: 'application/json', schema });

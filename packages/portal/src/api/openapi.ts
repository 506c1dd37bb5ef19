/** The OpenAPI 3.1 document of a listener, made from its routes and the table of errors. */
import { ERRORS, type ErrorCode } from '../errors.ts';
import {
  ANONYMOUS_ERRORS,
  BODY_ERRORS,
  COMMON_ERRORS,
  type Content,
  type Route,
} from './routes.ts';
import { object, type Schema } from './schemas.ts';

export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Schema;
}

export interface Operation {
  readonly summary: string;
  readonly parameters: readonly Schema[];
  readonly requestBody?: Schema;
  readonly security?: readonly Schema[];
  readonly responses: Record<string, Response>;
}

interface Response {
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

/** All codes that a route may answer with. */
function errorsOf(route: Route, anonymous: boolean): ErrorCode[] {
  const bearer: ErrorCode[] =
    route.bearer === 'session'
      ? ['session.missing']
      : route.bearer === 'desk'
        ? ['desk.secret']
        : [];
  return [
    ...COMMON_ERRORS,
    ...(route.body ? BODY_ERRORS : []),
    ...(anonymous ? ANONYMOUS_ERRORS : []),
    ...bearer,
    ...route.errors,
  ];
}

/** The body of an error answer with one of the codes. */
function errorSchema(codes: readonly ErrorCode[]): Schema {
  return object({
    code: { type: 'string', enum: codes },
    message: { type: 'string' },
    'triesLeft?': { type: 'integer', minimum: 0 },
    'retryAfter?': { type: 'integer', minimum: 0 },
    'reason?': { type: 'string' },
  });
}

/** A body that says nothing may be left out. */
export const isOptional = (body: Content | undefined): boolean =>
  body?.type === 'application/json' &&
  body.schema['required'] instanceof Array &&
  body.schema['required'].length === 0;

function content(of: Content): Record<string, { schema?: Schema }> {
  if (of.type === 'application/json') return { [of.type]: { schema: of.schema } };
  // Binary content has no schema in OpenAPI 3.1: the media type says it all.
  const types = [of.type, ...(of.or ? [of.or] : [])];
  return Object.fromEntries(
    types.map((type) => [type, type.startsWith('text/') ? { schema: { type: 'string' } } : {}]),
  );
}

function operation(route: Route, anonymous: boolean): Operation {
  const responses: Record<string, Response> = route.answer
    ? { '200': { description: 'Готово.', content: content(route.answer) } }
    : { '204': { description: 'Готово.' } };
  const codes = errorsOf(route, anonymous);
  for (const status of new Set(codes.map((code) => ERRORS[code].status))) {
    const ofStatus = codes.filter((code) => ERRORS[code].status === status);
    responses[String(status)] = {
      description: ofStatus.map((code) => `\`${code}\`: ${ERRORS[code].message}`).join(' '),
      content: { 'application/json': { schema: errorSchema(ofStatus) } },
    };
  }
  const parameters = [
    ...Object.entries(route.params ?? {}).map(([name, schema]) => ({
      name,
      in: 'path',
      required: true,
      schema,
    })),
    ...Object.entries(route.query ?? {}).map(([name, schema]) => ({
      name,
      in: 'query',
      required: true,
      schema,
    })),
  ];
  return {
    summary: route.summary,
    parameters,
    ...(route.body && {
      requestBody: { required: !isOptional(route.body), content: content(route.body) },
    }),
    ...(route.bearer && { security: [{ [route.bearer]: [] }] }),
    responses,
  };
}

/** An address that no route has. */
const ANY_OTHER: Route = {
  method: 'GET',
  path: '/{path*}',
  summary: 'Любой другой адрес.',
  params: { path: { type: 'string' } },
  answer: undefined,
  errors: ['request.not-found'],
};

export const openApiRoute: Route = {
  method: 'GET',
  path: '/openapi.json',
  summary: 'This document.',
  answer: { type: 'application/json', schema: { type: 'object' } },
  errors: [],
};

/** The document. `anonymous`: the listener refuses cookies. */
export function openApi(title: string, routes: readonly Route[], anonymous: boolean): OpenApi {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of [...routes, openApiRoute]) {
    const path = route.path.replace('*}', '}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operation(route, anonymous);
  }
  const other = operation(ANY_OTHER, anonymous);
  delete other.responses['204'];
  paths['/{path}'] = { get: other, post: other, delete: other };
  const bearer = { type: 'http', scheme: 'bearer' };
  return {
    openapi: '3.1.0',
    info: { title, version: '1' },
    paths,
    components: anonymous ? {} : { securitySchemes: { session: bearer, desk: bearer } },
  };
}

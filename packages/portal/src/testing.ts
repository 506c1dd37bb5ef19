/**
 * For tests of anything that talks to the portal: holds an HTTP answer to the OpenAPI document of
 * the listener that gave it, errors included.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { boxRoutes } from './api/box-routes.ts';
import { issuerRoutes } from './api/issuer-routes.ts';
import { openApi, type OpenApi, type Operation } from './api/openapi.ts';

export type { OpenApi } from './api/openapi.ts';

/** The document that a ballot box serves. */
export const boxDocument = (): OpenApi =>
  openApi('Kabina: урна и доска', Object.values(boxRoutes), true);

/** The document that an issuer serves. */
export const issuerDocument = (id: string): OpenApi =>
  openApi(`Kabina: издатель ${id}`, Object.values(issuerRoutes), false);

const ajv = new Ajv2020({ allErrors: true });
const validators = new WeakMap<object, ValidateFunction>();

/** An answer that the document does not allow. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly code = 'openapi.mismatch';
}

function operationOf(document: OpenApi, method: string, path: string): Operation | undefined {
  const plain = path.split('?')[0] ?? path;
  const templates = Object.keys(document.paths).sort((a, b) => {
    // The longest fixed part first, so that the catch-all comes last.
    return b.replace(/\{.*/, '').length - a.replace(/\{.*/, '').length;
  });
  for (const template of templates) {
    const wild = template === '/board/{path}' || template === '/{path}';
    const escaped = template
      .split(/\{\w+\}/)
      .map((part) => part.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&'))
      .join(wild ? '.*' : '[^/]*');
    const operation = document.paths[template]?.[method.toLowerCase()];
    if (operation !== undefined && new RegExp(`^${escaped}$`).test(plain)) return operation;
  }
  return undefined;
}

/**
 * Throws {@link AnswerError} unless the document allows this answer: path and method, status, media
 * type, and for JSON the body. `headers` by lower-case name; `body` as text or bytes.
 */
export function validateAnswer(
  document: OpenApi,
  method: string,
  path: string,
  status: number,
  headers: Readonly<Record<string, unknown>>,
  body: string | Uint8Array,
): void {
  const operation = operationOf(document, method, path);
  if (operation === undefined) throw new AnswerError(`${method} ${path}: not in the document`);
  const response = operation.responses[String(status)];
  if (response === undefined) {
    throw new AnswerError(
      `${method} ${path}: status ${status} is not in the document: ${String(body)}`,
    );
  }
  const type = String(headers['content-type'] ?? '').split(';')[0] ?? '';
  if (response.content === undefined) {
    if (body.length > 0) throw new AnswerError(`${method} ${path} ${status}: no body expected`);
    return;
  }
  const media = response.content[type];
  if (media === undefined) {
    throw new AnswerError(`${method} ${path} ${status}: content type ${JSON.stringify(type)}`);
  }
  if (type !== 'application/json' || media.schema === undefined) return;
  let validate = validators.get(media.schema);
  if (validate === undefined) {
    validate = ajv.compile(media.schema);
    validators.set(media.schema, validate);
  }
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  if (!validate(JSON.parse(text))) {
    const where = ajv.errorsText(validate.errors);
    throw new AnswerError(`${method} ${path} ${status}: ${where}: ${text}`);
  }
}

/**
 * JSON schemas (2020-12, the common part with draft-07) of what both listeners take and give. The
 * routes use them to check requests, the OpenAPI document shows them, the tests hold answers to
 * them: one source.
 */

export type Schema = Readonly<Record<string, unknown>>;

/** An object with exactly these fields; names ending in `?` are optional. */
export function object(fields: Readonly<Record<string, Schema>>): Schema {
  const properties: Record<string, Schema> = {};
  const required: string[] = [];
  for (const [name, schema] of Object.entries(fields)) {
    const optional = name.endsWith('?');
    const key = optional ? name.slice(0, -1) : name;
    properties[key] = schema;
    if (!optional) required.push(key);
  }
  return { type: 'object', additionalProperties: false, required, properties };
}

export const list = (items: Schema, maxItems?: number): Schema => ({
  type: 'array',
  items,
  ...(maxItems !== undefined && { maxItems }),
});
export const text = (maxLength: number): Schema => ({ type: 'string', minLength: 1, maxLength });
export const count: Schema = { type: 'integer', minimum: 0 };
export const flag: Schema = { type: 'boolean' };
export const oneOf = (...values: string[]): Schema => ({ type: 'string', enum: values });
const pattern = (expression: string, maxLength: number): Schema => ({
  type: 'string',
  pattern: expression,
  maxLength,
});

/** Unpadded base64url. */
export const base64url = (maxLength: number): Schema => pattern('^[A-Za-z0-9_-]+$', maxLength);
/** A 32-byte hash in lower-case hexadecimal. */
export const hash: Schema = pattern('^[0-9a-f]{64}$', 64);
/** 16 bytes in lower-case hexadecimal. */
export const salt: Schema = pattern('^[0-9a-f]{32}$', 32);
export const contestId: Schema = text(64);
/** Id of a station, kiosk or ballot style. */
export const id: Schema = pattern('^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$', 64);
/** Number of a batch of cards, in a path. */
export const batchNumber: Schema = pattern('^[1-9][0-9]{0,4}$', 5);
/** Index of an entry of the log, in a path. */
export const logIndex: Schema = pattern('^(0|[1-9][0-9]{0,14})$', 15);
/** ISO 8601 in UTC, to the minute. */
export const minute: Schema = pattern('^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\dZ$', 17);
/** Half of an access code, or a one-time code's digits. */
export const accessHalf: Schema = pattern('^[0-9A-HJKMNP-TV-Z]{5}$', 5);
export const oneTimeDigits: Schema = pattern('^[0-9]{6}$', 6);
/** Crockford base32 in four groups of four. */
export const trackingCode: Schema = pattern(
  '^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$',
  19,
);

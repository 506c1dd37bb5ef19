/**
 * Shapes of decoded CBOR values, said once and used for the check and for the type: exact keys,
 * types, lengths and ranges. A value that fits comes back unchanged and typed; any other throws
 * `ElectionError('shape.…')` with the path of the first part that does not fit.
 */
import { ElectionError } from './errors.ts';

/** Checks a value and gives it its type. `path` is for the error's sentence. */
export type Shape<T> = (value: unknown, path: string) => T;
/** The type that a shape gives. */
export type TypeOf<S> = S extends Shape<infer T> ? T : never;

function refuse(what: 'type' | 'length' | 'range' | 'field', path: string, message: string): never {
  throw new ElectionError(`shape.${what}`, `${path}: ${message}`);
}

/** A text string of `min` to `max` UTF-16 units. */
export function text(min: number, max: number): Shape<string> {
  return (value, path) => {
    if (typeof value !== 'string') refuse('type', path, 'text expected');
    if (value.length < min || value.length > max) {
      refuse('length', path, `${min} to ${max} characters expected, got ${value.length}`);
    }
    return value;
  };
}

/** A text string that a pattern describes; `what` says it to a person. */
export function pattern(expression: RegExp, what: string): Shape<string> {
  return (value, path) => {
    if (typeof value !== 'string') refuse('type', path, 'text expected');
    if (!expression.test(value)) refuse('range', path, `${what} expected`);
    return value;
  };
}

/** A byte string of exactly `min` bytes, or of `min` to `max`. */
export function bytes(min: number, max: number = min): Shape<Uint8Array> {
  return (value, path) => {
    if (!(value instanceof Uint8Array)) refuse('type', path, 'bytes expected');
    if (value.length < min || value.length > max) {
      const wanted = min === max ? `${min}` : `${min} to ${max}`;
      refuse('length', path, `${wanted} bytes expected, got ${value.length}`);
    }
    return value;
  };
}

/** An integer of `min` to `max`. */
export function integer(min: number, max: number): Shape<number> {
  return (value, path) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
      refuse('type', path, 'an integer expected');
    }
    if (value < min || value > max) refuse('range', path, `${min} to ${max} expected`);
    return value;
  };
}

/** `true` or `false`. */
export const boolean: Shape<boolean> = (value, path) => {
  if (typeof value !== 'boolean') refuse('type', path, 'true or false expected');
  return value;
};

/** One of the named values. */
export function oneOf<const T extends readonly (string | number)[]>(
  ...values: T
): Shape<T[number]> {
  return (value, path) => {
    if (!values.includes(value as T[number])) {
      refuse('range', path, `one of ${values.join(', ')} expected`);
    }
    return value as T[number];
  };
}

/** `null` or what the shape allows. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, path) => (value === null ? null : shape(value, path));
}

/** An array of `min` to `max` items of one shape. */
export function list<T>(item: Shape<T>, min: number, max: number): Shape<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) refuse('type', path, 'a list expected');
    if (value.length < min || value.length > max) {
      refuse('length', path, `${min} to ${max} items expected, got ${value.length}`);
    }
    value.forEach((element, i) => item(element, `${path}[${i}]`));
    return value as T[];
  };
}

/** An array with one shape for each place. */
export function tuple<const T extends readonly Shape<unknown>[]>(
  ...shapes: T
): Shape<{ -readonly [K in keyof T]: TypeOf<T[K]> }> {
  return (value, path) => {
    if (!Array.isArray(value)) refuse('type', path, 'a list expected');
    if (value.length !== shapes.length) {
      refuse('length', path, `${shapes.length} items expected, got ${value.length}`);
    }
    shapes.forEach((shape, i) => shape(value[i], `${path}[${i}]`));
    return value as { -readonly [K in keyof T]: TypeOf<T[K]> };
  };
}

type Fields = Readonly<Record<string, Shape<unknown>>>;
type MapOf<R extends Fields, O extends Fields> = { [K in keyof R]: TypeOf<R[K]> } & {
  [K in keyof O]?: TypeOf<O[K]>;
};

/** A map with exactly the required keys and any of the optional ones. */
export function fields<R extends Fields, O extends Fields = Record<never, never>>(
  required: R,
  optional?: O,
): Shape<MapOf<R, O>> {
  return (value, path) => {
    if (
      typeof value !== 'object' ||
      value === null ||
      Array.isArray(value) ||
      value instanceof Uint8Array
    ) {
      refuse('type', path, 'a map expected');
    }
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(required, key) && !(optional && Object.hasOwn(optional, key))) {
        refuse('field', path, `unknown field ${JSON.stringify(key)}`);
      }
    }
    for (const [key, shape] of Object.entries(required)) {
      if (!Object.hasOwn(value, key)) refuse('field', path, `field ${key} is missing`);
      shape((value as Record<string, unknown>)[key], `${path}.${key}`);
    }
    for (const [key, shape] of Object.entries(optional ?? {})) {
      if (Object.hasOwn(value, key)) {
        shape((value as Record<string, unknown>)[key], `${path}.${key}`);
      }
    }
    return value as MapOf<R, O>;
  };
}

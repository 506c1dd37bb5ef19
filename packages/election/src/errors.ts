/**
 * The one kind of error that this package throws: a stable code for programs, a sentence for a
 * person, and the cause where there is one.
 */

/** Something that breaks the rules of the election or of its encoding. */
export class ElectionError extends Error {
  override readonly name = 'ElectionError';
  /** Stable, dotted: the first part names the thing, the second what is wrong with it. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

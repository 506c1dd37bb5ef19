// The small store of what must survive: named opaque records. A later durable queue takes its place.

/** Every method rejects with `BoothError` `keeper.failed` when the device can't do it. */
export interface Keeper {
  read(name: string): Promise<Uint8Array | undefined>;
  /** Resolves once the record is durable. Replaces. */
  write(name: string, value: Uint8Array): Promise<void>;
  /** Resolves once the record is gone, which it has checked. Nothing there is no error. */
  delete(name: string): Promise<void>;
  /** Names that begin with `prefix`. */
  names(prefix: string): Promise<string[]>;
}

// Chance from the system's generator: the order of sending must not be predictable from anything that
// a page has done before, as Math.random's is.

/** Uniform in [0, 1), 32 bits. */
export function fraction(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32;
}

/** A random order (Fisher–Yates). 32 bits choose among at most some thousands: the bias is below 2^-19. */
export function shuffled<T>(items: Iterable<T>): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(fraction() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

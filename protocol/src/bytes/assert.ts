/**
 * States what must hold for the code to be right. Throws (a bug) where it does not. Our own, since
 * the console runs this package in a browser, which has no node:assert.
 */
export function assert(holds: unknown, why: string): asserts holds {
  if (!holds) throw new AssertionError(why);
}

export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Randomness as an argument: production passes the system's, the simulator a seeded stream. */
export interface Random {
  /** `count` random bytes, fit for keys in production. */
  bytes(count: number): Uint8Array;
  /** A uniform integer in [0, bound), bound from 1 to 2^32. */
  below(bound: number): number;
  /** A uniform float in [0, 1). Never for anything that replicas must agree on. */
  unit(): number;
  /** A stream of its own: one more die roll in one part moves no other. */
  stream(name: string): Random;
}

/** Device addresses of the router's slabs: each new session gets the least used one. */
import { DEVICES_PER_ADDRESS_MAX } from "../limits.ts";

export interface Slab {
  readonly start: number;
  readonly count: number;
}

/** Devices on one address at which the router asks the ledger for more slabs. */
export const DEVICES_PER_ADDRESS_AIM = 4;

export interface AddressPoolOptions {
  /** Sessions that use an address. */
  readonly usersOf: (devAddr: number) => number;
}

export class AddressPool {
  readonly #options: AddressPoolOptions;
  #slabs: readonly Slab[] = [];

  constructor(options: AddressPoolOptions) {
    this.#options = options;
  }

  setSlabs(slabs: readonly Slab[]): void {
    this.#slabs = slabs;
  }

  get size(): number {
    return this.#slabs.reduce((sum, { count }) => sum + count, 0);
  }

  has(devAddr: number): boolean {
    return this.#slabs.some(({ start, count }) => devAddr >= start && devAddr < start + count);
  }

  /** The lowest of the least used; undefined where there are no slabs, or all are full. */
  pick(): number | undefined {
    let best: number | undefined;
    let users = DEVICES_PER_ADDRESS_MAX;
    for (const { start, count } of this.#slabs) {
      for (let devAddr = start; devAddr < start + count; devAddr++) {
        const count = this.#options.usersOf(devAddr);
        if (count === 0) return devAddr;
        if (count < users) [best, users] = [devAddr, count];
      }
    }
    return best;
  }
}

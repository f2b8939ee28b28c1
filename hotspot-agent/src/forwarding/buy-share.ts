/**
 * How much a router buys of what it alone could have bought: declines because another hotspot's
 * copy was bought say nothing about it. Old decisions weigh less: counts halve when they are full.
 */
const DECISIONS_MIN = 20;
const DECISIONS_MAX = 256;

export interface BuyShareOptions {
  readonly least: number;
  readonly bought?: number;
  readonly refused?: number;
}

export class BuyShare {
  readonly #least: number;
  #bought: number;
  #refused: number;

  /** `bought` and `refused`: of the run before. */
  constructor({ least, bought = 0, refused = 0 }: BuyShareOptions) {
    this.#least = least;
    this.#bought = bought;
    this.#refused = refused;
  }

  /** Whole numbers, to be kept. */
  get counts(): { readonly bought: number; readonly refused: number } {
    return { bought: Math.floor(this.#bought), refused: Math.ceil(this.#refused) };
  }

  bought(): void {
    this.#bought++;
    this.#halve();
  }

  /** Declined, and nobody else's copy was bought either. */
  refused(): void {
    this.#refused++;
    this.#halve();
  }

  get share(): number {
    const all = this.#bought + this.#refused;
    return all === 0 ? 1 : this.#bought / all;
  }

  /** Too few decisions prove nothing. */
  get acceptable(): boolean {
    return this.#bought + this.#refused < DECISIONS_MIN || this.share >= this.#least;
  }

  #halve(): void {
    if (this.#bought + this.#refused < DECISIONS_MAX) return;
    this.#bought /= 2;
    this.#refused /= 2;
  }
}

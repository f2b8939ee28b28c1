/**
 * How much a router buys of what it alone could have bought: declines because another hotspot's
 * copy was bought say nothing about it. Old decisions weigh less: counts halve when they are full.
 */
const DECISIONS_MIN = 20;
const DECISIONS_MAX = 256;

export class BuyShare {
  readonly #least: number;
  #bought = 0;
  #refused = 0;

  constructor({ least }: { least: number }) {
    this.#least = least;
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

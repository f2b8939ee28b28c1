/**
 * How much a router buys. Of what it alone could have bought, a share: declines because another
 * hotspot's copy was bought say nothing about it there. Of all, something: one that always names
 * others, and never buys here, loses nothing by being offered frames instead of given them, and one
 * that reads them all (nobody can check whom it names) loses everything.
 *
 * Joins cost nothing and count for nothing. Old decisions weigh less: counts halve when they are full.
 */
const DECISIONS_MIN = 20;
const DECISIONS_MAX = 256;
/** Frames in a row of which a router has bought none, and gets no more without asking. */
const BARREN_MAX = 64;

export interface BuyShareOptions {
  readonly least: number;
  readonly bought?: number;
  readonly refused?: number;
  readonly barren?: number;
}

export type BuyVerdict =
  | "acceptable"
  /** Less than the least share of what nobody else was bought for. */
  | "buys-little"
  /** Nothing of the last 64 frames. */
  | "buys-nothing";

export class BuyShare {
  readonly #least: number;
  #bought: number;
  #refused: number;
  /** Decisions since the last purchase. */
  #barren: number;

  /** Counts: of the run before. */
  constructor({ least, bought = 0, refused = 0, barren = 0 }: BuyShareOptions) {
    this.#least = least;
    this.#bought = bought;
    this.#refused = refused;
    this.#barren = barren;
  }

  /** Whole numbers, to be kept. */
  get counts(): { readonly bought: number; readonly refused: number; readonly barren: number } {
    const bought = Math.floor(this.#bought);
    return { bought, refused: Math.ceil(this.#refused), barren: this.#barren };
  }

  bought(): void {
    this.#bought++;
    this.#barren = 0;
    this.#halve();
  }

  /** Declined, and nobody else's copy was bought either. */
  refused(): void {
    this.#refused++;
    this.passed();
    this.#halve();
  }

  /** Declined for a reason that may well hold. */
  passed(): void {
    this.#barren = Math.min(BARREN_MAX, this.#barren + 1);
  }

  get share(): number {
    const all = this.#bought + this.#refused;
    return all === 0 ? 1 : this.#bought / all;
  }

  /** Too few decisions prove nothing. */
  get verdict(): BuyVerdict {
    if (this.#barren >= BARREN_MAX) return "buys-nothing";
    const isProven = this.#bought + this.#refused >= DECISIONS_MIN;
    return isProven && this.share < this.#least ? "buys-little" : "acceptable";
  }

  #halve(): void {
    if (this.#bought + this.#refused < DECISIONS_MAX) return;
    this.#bought /= 2;
    this.#refused /= 2;
  }
}

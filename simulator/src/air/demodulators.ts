/**
 * The demodulators of an SX1302: eight that read SF5 to SF12 and eight that read SF5 to SF10
 * (datasheet).
 */
const WIDE = 8;
const NARROW = 8;
const NARROW_SPREADING_FACTOR_MAX = 10;

export type Demodulator = "wide" | "narrow";

export class Demodulators {
  #wide = WIDE;
  #narrow = NARROW;

  /** Takes one; undefined when all that could read this spreading factor are busy. */
  take(spreadingFactor: number): Demodulator | undefined {
    if (spreadingFactor <= NARROW_SPREADING_FACTOR_MAX && this.#narrow > 0) {
      this.#narrow -= 1;
      return "narrow";
    }
    if (this.#wide === 0) return undefined;
    this.#wide -= 1;
    return "wide";
  }

  give(which: Demodulator): void {
    if (which === "wide") this.#wide += 1;
    else this.#narrow += 1;
  }
}

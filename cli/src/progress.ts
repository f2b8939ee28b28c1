/** One line on a terminal that says how far it is; nothing where nobody watches. */

export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Back to the beginning of the line, and erase it (ECMA-48: CR, EL). */
const CLEAR_LINE = "\r\u001b[K";

export class Progress {
  readonly #stream: ProgressStream;
  #isShown = false;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
  }

  show(says: string): void {
    if (this.#stream.isTTY !== true) return;
    this.#stream.write(`${CLEAR_LINE}${says}`);
    this.#isShown = true;
  }

  /** Before anything else is printed: both streams may be the same terminal. */
  clear(): void {
    if (!this.#isShown) return;
    this.#stream.write(CLEAR_LINE);
    this.#isShown = false;
  }
}

/** Requests that wait for their TX_ACK, by token; each waits a bounded time. */
import type { Clock } from "@katydid/platform";
import type { TransmitRefusal } from "../concentrator.ts";

/** Forwarders acknowledge at once, from their queue; RX2 (1 s after RX1) must stay in reach. */
export const TX_ACK_WAIT_MS = 500;
/** As many as the forwarder's own just-in-time queue holds. */
export const TRANSMISSIONS_PENDING_MAX = 32;

type Settle = (refusal: TransmitRefusal | undefined) => void;

export class PendingTransmissions {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Settle>();
  #token = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isFull(): boolean {
    return this.#waiting.size >= TRANSMISSIONS_PENDING_MAX;
  }

  /** Four hex digits, in turn: far fewer wait than there are. */
  nextToken(): string {
    this.#token = (this.#token + 1) & 0xffff;
    return this.#token.toString(16).padStart(4, "0");
  }

  /** Resolves to what `settle` is told, or to radio-silent after `TX_ACK_WAIT_MS`. */
  wait(token: string): Promise<TransmitRefusal | undefined> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(TX_ACK_WAIT_MS, () => this.settle(token, "radio-silent"));
      this.#waiting.set(token, (refusal) => {
        timer.cancel();
        resolve(refusal);
      });
    });
  }

  /** `refusal` undefined: accepted. False where nobody waits for the token (any more). */
  settle(token: string, refusal: TransmitRefusal | undefined): boolean {
    const settle = this.#waiting.get(token);
    this.#waiting.delete(token);
    settle?.(refusal);
    return settle !== undefined;
  }

  /** Nobody will answer any more. */
  settleAll(): void {
    for (const token of [...this.#waiting.keys()]) this.settle(token, "radio-silent");
  }
}

/** The agent's view of the ledger: protocol time, and one way to submit. */
import type {
  BodyWithoutCommon,
  ChainStatus,
  LedgerEvent,
  SubmitOutcome,
} from "@katydid/ledger/client";
import type { Clock } from "@katydid/platform";
import { type Milliseconds, milliseconds } from "@katydid/protocol";

/** Signs with the hotspot's key and submits. A refusal is an outcome; throws Fault if nobody hears. */
export type SendTransaction = (body: BodyWithoutCommon) => Promise<SubmitOutcome>;

/**
 * Protocol time between blocks: it has advanced with the host's clock since the block that was
 * last heard of. A host whose clock is wrong by minutes cannot take part in challenges.
 */
export class ProtocolClock {
  readonly #clock: Clock;
  #offsetMs: number | undefined;
  #behindMs = 0;
  #blockTime = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  learn(block: Pick<LedgerEvent | ChainStatus, "blockTime" | "protocolTime">): void {
    if (block.blockTime < this.#blockTime) return;
    this.#blockTime = block.blockTime;
    this.#behindMs = Math.max(0, block.blockTime - this.#clock.now());
    this.#offsetMs = block.protocolTime - block.blockTime;
  }

  /** How far a block was ahead of this host's clock when it was heard of. A block is never early. */
  get behindMs(): number {
    return this.#behindMs;
  }

  /** The host's time of a moment of protocol time. */
  hostTimeOf(protocolTime: Milliseconds): Milliseconds {
    return milliseconds(protocolTime - (this.#offsetMs ?? 0));
  }

  /** Whole protocol milliseconds; 0 before anything was heard of the ledger. */
  now(): Milliseconds {
    if (this.#offsetMs === undefined) return milliseconds(0);
    return milliseconds(Math.max(0, Math.floor(this.#clock.now() + this.#offsetMs)));
  }
}

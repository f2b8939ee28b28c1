/**
 * Sends what one actor wants on the ledger: gives each transaction its nonce, fee and expiry, signs
 * it and submits it, one after the other, since nonces follow each other.
 */
import type { Clock } from "@katydid/platform";
import {
  type Address,
  type Claim,
  dc,
  encodeTransaction,
  type Height,
  type Params,
  type Signer,
  signTransaction,
  type TransactionBody,
  withLeastFee,
} from "@katydid/protocol";
import type { LedgerClient, SubmitOutcome } from "./client.ts";

/** Transactions that wait their turn at most; further ones are refused. */
export const SENDER_QUEUE_MAX = 1000;
/** Submissions of one transaction, if the nonce or the fee was not what the ledger expected. */
const ATTEMPTS_MAX = 3;
/** A transaction may be in a block for this many heights after the height last seen. */
const EXPIRY_BLOCKS = 2000;
/** The height is asked for again after this long. */
const HEIGHT_AGE_MAX_MS = 600_000;

type CommonField = "actor" | "nonce" | "feeDc" | "expiryHeight";
type WithoutCommon<Body> = Body extends TransactionBody ? Omit<Body, CommonField> : never;
/** A transaction's kind and its own fields. */
export type BodyWithoutCommon = WithoutCommon<TransactionBody>;

export interface SendOptions {
  /** Who signs besides the actor: the owner and hotspot of add-hotspot, the router of its registration. */
  readonly cosigners?: readonly Signer[];
  /** Stands for the hotspot's signature of add-hotspot. */
  readonly claim?: Claim;
}

export interface TransactionSenderOptions {
  readonly client: Pick<LedgerClient, "status" | "account" | "submit">;
  /** The actor: pays, and signs first. */
  readonly signer: Signer;
  readonly chainId: string;
  readonly params: Params;
  readonly clock: Clock;
}

export class TransactionSender {
  private readonly options: TransactionSenderOptions;
  private turn: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private nextNonce: number | undefined;
  private seen: { readonly height: number; readonly at: number } | undefined;

  constructor(options: TransactionSenderOptions) {
    this.options = options;
  }

  get actor(): Address {
    return this.options.signer.address;
  }

  /**
   * Resolves with what the ledger said of it; "accepted" means that it is in the mempool. Refused
   * with `queue-full` when too many wait. Rejects where the ledger cannot be reached (Fault).
   */
  send(body: BodyWithoutCommon, options: SendOptions = {}): Promise<SubmitOutcome> {
    if (this.waiting >= SENDER_QUEUE_MAX) {
      return Promise.resolve({
        outcome: "refused",
        reason: "queue-full",
        detail: { limit: SENDER_QUEUE_MAX },
      });
    }
    this.waiting += 1;
    const sent = this.turn.then(() => this.submit(body, options));
    this.turn = sent.then(
      () => this.done(),
      () => this.done(),
    );
    return sent;
  }

  private done(): void {
    this.waiting -= 1;
  }

  private async submit(body: BodyWithoutCommon, options: SendOptions): Promise<SubmitOutcome> {
    let feeDc: bigint | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const nonce = this.nextNonce ?? (await this.readNonce());
      const outcome = await this.submitOnce({ body, nonce, feeDc, options });
      if (outcome.outcome === "accepted") {
        this.nextNonce = nonce + 1;
        return outcome;
      }
      if (attempt === ATTEMPTS_MAX) return outcome;
      if (outcome.reason === "nonce-mismatch") {
        this.nextNonce = asNumber(outcome.detail.expected);
      } else if (outcome.reason === "fee-too-high" || outcome.reason === "fee-too-low") {
        feeDc = asBigint(outcome.detail.minimum);
        if (feeDc === undefined) return outcome;
      } else return outcome;
    }
  }

  private async submitOnce(input: {
    readonly body: BodyWithoutCommon;
    readonly nonce: number;
    readonly feeDc: bigint | undefined;
    readonly options: SendOptions;
  }): Promise<SubmitOutcome> {
    const { client, signer, chainId, params } = this.options;
    const common = {
      actor: signer.address,
      nonce: input.nonce,
      feeDc: dc(input.feeDc ?? 0n),
      expiryHeight: await this.expiryHeight(),
    };
    // A union's common fields put back: the compiler cannot follow the distribution.
    const offered = { ...input.body, ...common } as TransactionBody;
    const body = input.feeDc === undefined ? withLeastFee({ params, body: offered }) : offered;
    const { cosigners = [], claim } = input.options;
    const signed = signTransaction({
      chainId,
      body,
      signers: [signer, ...cosigners],
      ...(claim === undefined ? {} : { claim }),
    });
    return client.submit(encodeTransaction(signed));
  }

  private async readNonce(): Promise<number> {
    const account = await this.options.client.account(this.actor);
    return account.nonce + 1;
  }

  private async expiryHeight(): Promise<Height> {
    const now = this.options.clock.now();
    if (this.seen === undefined || now - this.seen.at > HEIGHT_AGE_MAX_MS) {
      const status = await this.options.client.status();
      this.seen = { height: status.height, at: now };
    }
    return (this.seen.height + EXPIRY_BLOCKS) as Height;
  }
}

function asNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
}

/** A refusal's numbers are bigint in process and decimal text over HTTP. */
function asBigint(value: unknown): bigint | undefined {
  if (typeof value === "bigint") return value;
  return typeof value === "string" && /^\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}

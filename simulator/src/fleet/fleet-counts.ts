/** What happened in a fleet, counted from what participants and ledger say of it. */
import type { ChallengeView, LedgerEvent } from "@katydid/ledger/client";
import { frameType, toHex } from "@katydid/protocol";
import type { Transmission } from "../air/air.ts";

/**
 * The closing table and `--json`: no figure of the machine that ran it. Amounts as decimal text.
 */
export interface FleetFigures {
  readonly cellsCovered: number;
  readonly cellsMapped: number;
  readonly packets: {
    /** Reports of devices. */
    readonly sent: number;
    /** By at least one hotspot. */
    readonly heard: number;
    /** Copies, each of which its hotspot is owed for. */
    readonly bought: number;
    /** To the owner's topic. */
    readonly delivered: number;
    /** What hotspots were told about each copy that they carried. */
    readonly told: Readonly<Record<string, number>>;
  };
  readonly joins: { readonly sent: number; readonly answered: number };
  readonly dc: { readonly vouched: string; readonly redeemed: string; readonly settled: string };
  readonly challenges: {
    readonly opened: number;
    readonly revealed: number;
    readonly settled: number;
    readonly lapsed: number;
    readonly silent: number;
    /** Settled without a target's receipt: nobody is paid. */
    readonly withoutReceipt: number;
  };
  /** By verdict: `valid`, or the reason. */
  readonly witnesses: Readonly<Record<string, number>>;
  readonly rewards: {
    readonly epochs: number;
    /** Motes paid at once: data and block production. */
    readonly paid: string;
    /** Motes of coverage, booked and held back. */
    readonly held: string;
    readonly released: string;
  };
  readonly blocks: number;
  readonly transactions: Readonly<Record<string, number>>;
}

export class FleetCounts {
  heard = 0;
  delivered = 0;
  blocks = 0;
  epochs = 0;
  paid = 0n;
  held = 0n;
  released = 0n;
  readonly challenges = {
    opened: 0,
    revealed: 0,
    settled: 0,
    lapsed: 0,
    silent: 0,
    withoutReceipt: 0,
  };
  readonly witnesses = new Map<string, number>();
  readonly transactions = new Map<string, number>();
  /** DC by channel, the latest that the ledger said. */
  readonly #reserved = new Map<string, bigint>();
  readonly #settled = new Map<string, bigint>();

  get redeemedDc(): bigint {
    return sum(this.#reserved);
  }
  get settledDc(): bigint {
    return sum(this.#settled);
  }

  /** Of the air, at the end of a transmission. */
  onAir(transmission: Transmission, receivers: number): void {
    const type = (transmission.payload[0] ?? 0) >> 5;
    const isData = type === frameType.unconfirmedUp || type === frameType.confirmedUp;
    if (isData && !transmission.invertPolarity && receivers > 0) this.heard += 1;
  }

  onLedger(event: LedgerEvent): void {
    switch (event.kind) {
      case "block":
        this.blocks += 1;
        return;
      case "transaction":
        count(this.transactions, event.transaction.kind);
        return;
      case "target-drawn":
        this.challenges.opened += 1;
        return;
      case "challenge-revealed":
        this.challenges.revealed += 1;
        return;
      case "challenge-lapsed":
        this.challenges.lapsed += 1;
        return;
      case "challenge-silent":
        this.challenges.silent += 1;
        return;
      case "challenge-settled":
        this.#settle(event.view);
        return;
      case "channel-changed": {
        const { id, reservedDc, payouts } = event.channel;
        this.#reserved.set(toHex(id), reservedDc);
        const settled = payouts?.reduce((total, { dc }) => total + dc, 0n);
        if (settled !== undefined) this.#settled.set(toHex(id), settled);
        return;
      }
      case "epoch-ended":
        this.epochs += 1;
        this.paid += event.paid;
        this.held += event.held;
        this.released += event.released;
        return;
      default:
        return;
    }
  }

  #settle({ witnesses, receipt }: ChallengeView): void {
    this.challenges.settled += 1;
    if (receipt === undefined) this.challenges.withoutReceipt += 1;
    for (const { verdict, reason } of witnesses) count(this.witnesses, reason ?? verdict);
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function sum(amounts: ReadonlyMap<string, bigint>): bigint {
  let total = 0n;
  for (const amount of amounts.values()) total += amount;
  return total;
}

/** By name, so that a report does not depend on what came first. */
export function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1)));
}

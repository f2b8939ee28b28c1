/** Who is of the gang, and what a reveal means to it. */
import { type Address, type ChallengeReceipts, compareAddresses } from "@katydid/protocol";
import type { Gang } from "../strategy.ts";
import type { Outcome, Stakes } from "./challenge-value.ts";
import type { TargetDrawn } from "./cheating-challenger.ts";

export class Rivals {
  readonly stakes: Stakes;
  readonly #own: ReadonlySet<Address>;

  constructor({ members, neighbours, params }: Pick<Gang, "members" | "neighbours" | "params">) {
    this.#own = new Set(members.map(({ key }) => key.address));
    const gangShare = members.length / (members.length + neighbours.length);
    this.stakes = { params, gangShare };
  }

  isRival(address: Address): boolean {
    return !this.#own.has(address);
  }

  outcomeOf({ reports, receipt }: ChallengeReceipts, { target }: TargetDrawn): Outcome {
    const isGangTarget = !this.isRival(target);
    // Without a receipt nobody is paid.
    if (receipt === undefined) return { isGangTarget, ours: 0, rivals: 0 };
    const rivals = reports.filter(({ signed }) => this.isRival(signed.witness)).length;
    return { isGangTarget, ours: reports.length - rivals, rivals };
  }

  /** The reveal with only so many rivals' reports; the others go unsaid or, with a reason, listed. */
  keeping(
    body: ChallengeReceipts,
    { kept, listedAs }: { readonly kept: number; readonly listedAs?: string },
  ): ChallengeReceipts {
    const rivals = body.reports.filter(({ signed }) => this.isRival(signed.witness));
    const left = new Set(rivals.slice(kept).map(({ signed }) => signed.witness));
    const reports = body.reports.filter(({ signed }) => !left.has(signed.witness));
    if (listedAs === undefined) return { ...body, reports };
    const slandered = [...left].map((witness) => ({ witness, reason: listedAs }));
    const listed = [...body.listed, ...slandered].sort((a, b) =>
      compareAddresses(a.witness, b.witness),
    );
    return { ...body, reports, listed };
  }
}

/** The reveal without its target's receipt: nobody is paid. */
export function withoutReceipt(body: ChallengeReceipts): ChallengeReceipts {
  const { receipt: _receipt, ...rest } = body;
  return { ...rest, reports: [] };
}

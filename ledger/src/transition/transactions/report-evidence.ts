/**
 * report-evidence: two signed statements that no honest signer makes. The whole bond or stake is
 * taken, once for a deed: the reporter gets its share, the rest is burned. A hotspot's or router's
 * share is its owner's.
 */
import { type Address, type Evidence, type ReportEvidence, unreachable } from "@katydid/protocol";
import {
  type Accusation,
  type Accused,
  accusedProducer,
  accusedRouter,
  accusedTarget,
} from "../accused.ts";
import type { Draft } from "../draft.ts";
import { credit } from "../money.ts";
import { accept, type Rule, refuse } from "./ruling.ts";

const PERCENT = 100n;

export const reportEvidence: Rule<ReportEvidence> = (draft, { actor, evidence }) => {
  const accused = accusedBy(draft, evidence);
  if ("reason" in accused) return refuse(accused);
  if (accused.motes === 0n) return refuse({ reason: "nothing-to-slash" });
  const unsigned = accused.unsigned();
  if (unsigned !== undefined) return refuse(unsigned);
  const offence = evidence.kind;
  return accept(({ payer }) => slash(draft, { accused, offence, payee: payer, reporter: actor }));
};

function accusedBy(draft: Draft, evidence: Evidence): Accusation {
  switch (evidence.kind) {
    case "target-equivocation":
      return accusedTarget(draft, evidence);
    case "router-equivocation":
      return accusedRouter(draft, evidence);
    case "producer-equivocation":
      return accusedProducer(draft, evidence);
    default:
      return unreachable(evidence);
  }
}

interface Slash {
  readonly accused: Accused;
  readonly offence: Evidence["kind"];
  readonly reporter: Address;
  /** Gets the reward. */
  readonly payee: Address;
}

function slash(draft: Draft, { accused, offence, reporter, payee }: Slash): void {
  const { offender, owner, motes } = accused;
  accused.take();
  // Floored: what does not divide is burned.
  const reward = ((motes * draft.context.params.reporterPercent) / PERCENT) as typeof motes;
  const burned = (motes - reward) as typeof motes;
  credit(draft, { address: payee, motes: reward });
  draft.adjustSupply({ burned });
  const subjects = [...new Set([offender, owner, reporter, payee])];
  draft.tell({ kind: "slashed", subjects, offender, offence, burned, reporter, reward });
}

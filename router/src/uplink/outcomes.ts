/** Answers to packets and offers. */
import { type Address, type Decision, type DeclineReason, dc } from "@katydid/protocol";

export type Outcome = Decision["outcome"];

const NOBODY: readonly Address[] = [];

export function declined(reason: DeclineReason, bought: readonly Address[] = NOBODY): Outcome {
  // A copy: decisions are encoded at once today, but the list goes on growing.
  return { kind: "declined", reason, bought: bought.length === 0 ? NOBODY : [...bought] };
}

export const boughtFor = (cost: number): Outcome => ({ kind: "bought", dc: dc(BigInt(cost)) });

export const wanted: Outcome = { kind: "wanted" };

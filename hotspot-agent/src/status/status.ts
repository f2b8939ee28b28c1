/** What a hotspot says of itself: numbers for programs, sentences for its owner. */
import { type Address, type Claim, claimText, claimWords } from "@katydid/protocol";
import type { Membership } from "../membership.ts";
import { problemsOf } from "./problems.ts";

export type MembershipStatus = ReturnType<Membership["status"]>;

export interface StatusInput {
  readonly address: Address;
  readonly name: string;
  readonly chainId: string;
  readonly nowMs: number;
  readonly claim: Claim | undefined;
  readonly radio: "starting" | "running" | "lost";
  readonly brokers: readonly { readonly url: string; readonly connected: boolean }[];
  readonly membership: MembershipStatus | undefined;
}

export interface AgentStatus extends Omit<StatusInput, "claim"> {
  readonly claim: { readonly text: string; readonly words: string } | undefined;
  /** In plain words, the most pressing first. Empty: all is well. */
  readonly problems: readonly string[];
}

export function statusOf(input: StatusInput): AgentStatus {
  const { claim, ...rest } = input;
  return {
    ...rest,
    claim: claim && { text: claimText(claim), words: claimWords(claim) },
    problems: problemsOf(input),
  };
}

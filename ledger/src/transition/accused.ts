/**
 * Whom evidence accuses, and what there is to take from them. Each asks in this order: do the two
 * statements prove anything together, about something that the ledger knows, in time, and not
 * punished already. Nothing but what the offender signed counts, whoever brings it.
 */
import {
  type Address,
  equalBytes,
  type Motes,
  milliseconds,
  type ProducerEquivocation,
  precommitSignBytes,
  precommitsFlaw,
  type RouterEquivocation,
  receiptsFlaw,
  signatureClaim,
  type TargetEquivocation,
  vouchersFlaw,
} from "@katydid/protocol";
import { slashableBond, takeBond, takeUnbonding } from "./bonds.ts";
import { challengeOfId } from "./challenges.ts";
import { tellChannel } from "./channels.ts";
import type { Draft } from "./draft.ts";
import { challengeKey, unbondingKey } from "./keys.ts";
import { evidenceUntil, oldestHeight } from "./memories.ts";
import { producerIdOf } from "./producer.ts";
import type { MemoRow } from "./rows.ts";
import { channelTable, memoTable, producerTable, unbondingTable } from "./tables.ts";
import type { KindRefusal } from "./types.ts";

export interface Accused {
  /** Hotspot, router, or owner of the producer. */
  readonly offender: Address;
  readonly owner: Address;
  /** All that there is to take. */
  readonly motes: Motes;
  /** Why the two are not both the offender's words; undefined: they are. Costly. */
  readonly unsigned: () => KindRefusal | undefined;
  /** Takes it, once and for all. Where it goes is the caller's to say. */
  readonly take: () => void;
}
export type Accusation = Accused | KindRefusal;

const mismatch = (field: string): KindRefusal => ({ reason: "evidence-mismatch", field });

export function accusedTarget(draft: Draft, evidence: TargetEquivocation): Accusation {
  const { first, second } = evidence;
  const flaw = receiptsFlaw(first, second);
  if (flaw !== undefined) return mismatch(flaw);
  const key = challengeKey(first.challenge);
  const memo = draft.get(memoTable, key);
  if (memo === undefined) {
    const row = challengeOfId(draft, first.challenge);
    if (row === undefined) return { reason: "challenge-unknown" };
    return { reason: "not-revealed", state: row.state };
  }
  const refusal = memoRefusal(draft, memo, evidence);
  if (refusal !== undefined) return refusal;
  const { target } = memo;
  const motes = slashableBond(draft, target);
  const { chainId, verify } = draft.context;
  return {
    offender: target,
    owner: draft.hotspot(target)?.owner ?? target,
    motes,
    unsigned: () => {
      const holds = [first, second].every((message) =>
        verify(signatureClaim({ chainId, message, by: target })),
      );
      return holds ? undefined : { reason: "receipt-signature-invalid" };
    },
    take: () => {
      takeBond(draft, { hotspot: target, motes });
      draft.put(memoTable, key, { ...memo, slashed: true });
    },
  };
}

function memoRefusal(
  draft: Draft,
  memo: MemoRow,
  { first }: TargetEquivocation,
): KindRefusal | undefined {
  if (draft.now > memo.until) return { reason: "window-closed", closedAt: memo.until };
  if (first.target !== memo.target) return mismatch("target");
  if (!equalBytes(first.payloadHash, memo.payloadHash)) return mismatch("payloadHash");
  return memo.slashed ? { reason: "already-slashed" } : undefined;
}

export function accusedRouter(draft: Draft, evidence: RouterEquivocation): Accusation {
  const { first, second } = evidence;
  const flaw = vouchersFlaw(first, second);
  if (flaw !== undefined) return mismatch(flaw);
  const { channel } = first;
  const row = draft.get(channelTable, channel);
  if (row === undefined) return { reason: "channel-unknown" };
  const { router, owner, stake, settledAt } = row;
  const until = settledAt === undefined ? draft.now : evidenceUntil(draft, settledAt);
  if (draft.now > until) return { reason: "window-closed", closedAt: milliseconds(until) };
  if (row.slashed) return { reason: "already-slashed" };
  const { chainId, verify } = draft.context;
  return {
    offender: router,
    owner,
    motes: stake,
    unsigned: () => {
      const holds = [first, second].every((message) =>
        verify(signatureClaim({ chainId, message, by: router })),
      );
      return holds ? undefined : { reason: "voucher-signature-invalid" };
    },
    take: () => {
      draft.put(channelTable, channel, { ...row, stake: 0n as Motes, slashed: true });
      draft.adjustSupply({ stakes: -stake });
      tellChannel(draft, { channel });
    },
  };
}

export function accusedProducer(draft: Draft, evidence: ProducerEquivocation): Accusation {
  const { producerKey, height, first, second } = evidence;
  const flaw = precommitsFlaw(first, second);
  if (flaw !== undefined) return mismatch(flaw);
  const key = producerIdOf(producerKey);
  const row = draft.get(producerTable, key);
  if (row === undefined) return { reason: "producer-unknown" };
  // Above, a producer could buy itself off for all that is to come.
  if (height > draft.context.height) return mismatch("height");
  const oldest = oldestHeight(draft);
  if (height < oldest) return { reason: "evidence-too-old", oldest };
  if (height <= row.slashedHeight) return { reason: "already-slashed" };
  const unbonding = unbondingKey("producer", key);
  const hasLeft = row.leftAt !== undefined;
  const left = draft.get(unbondingTable, unbonding)?.motes ?? (0n as Motes);
  const motes = hasLeft ? left : row.stake;
  const { chainId, verify } = draft.context;
  return {
    offender: row.owner,
    owner: row.owner,
    motes,
    unsigned: () => {
      const holds = [first, second].every((precommit) => {
        const digest = precommitSignBytes({ chainId, height, precommit });
        return verify({ publicKey: producerKey, digest, signature: precommit.signature });
      });
      return holds ? undefined : { reason: "vote-signature-invalid" };
    },
    take: () => {
      const { height: slashedHeight } = draft.context;
      const stake = hasLeft ? row.stake : (0n as Motes);
      draft.put(producerTable, key, { ...row, stake, slashedHeight });
      if (hasLeft) takeUnbonding(draft, { key: unbonding, motes });
      else draft.adjustSupply({ stakes: -motes });
    },
  };
}

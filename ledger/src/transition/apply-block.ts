/**
 * A block: first its link, then what is due, in a fixed order, then its transactions in theirs.
 *
 * ```
 *  1 height and time                       8 targets are drawn
 *  2 link, entropy                         9 slots draw challengers
 *  3 price                                10 the epoch ends
 *  4 inactivity, classifications over     11 holdbacks are released
 *  5 timeouts                             12 bonds and stakes of those that left return
 *  6 late windows close: verdicts, units  13 what is over is removed
 *  7 channels settle
 * ```
 * What is due comes before the transactions, so a deadline is over for a transaction in the first
 * block after it, whatever else that block holds; and facts at a target's draw are those before the
 * transactions of its block.
 */
import {
  type Height,
  height,
  type Milliseconds,
  milliseconds,
  paramsByName,
  sha256,
  type Transaction,
  toHex,
} from "@katydid/protocol";
import { chainOf, Draft, workDueAt } from "./draft.ts";
import { identityOf } from "./identity.ts";
import { forgetMemos, markHeight } from "./memories.ts";
import { plan } from "./plan.ts";
import { afterLink, checkLink } from "./producer.ts";
import type { ChainRow } from "./rows.ts";
import { expireActivity } from "./steps/activity.ts";
import { forgetChannels, settleChannels } from "./steps/channels.ts";
import { expireClassifications } from "./steps/classify.ts";
import { endEpochs } from "./steps/epoch.ts";
import { releaseHoldbacks } from "./steps/holdbacks.ts";
import { updatePrice } from "./steps/price.ts";
import { settleChallenges } from "./steps/settlements.ts";
import { drawSlots, pruneSlots } from "./steps/slots.ts";
import { drawTargets } from "./steps/targets.ts";
import { timeOutChallenges } from "./steps/timeouts.ts";
import { returnUnbonded } from "./steps/unbondings.ts";
import { producerTable } from "./tables.ts";
import type {
  BlockContext,
  BlockInput,
  BlockOptions,
  BlockOutcome,
  BlockRefusal,
  NewEvent,
  TransactionResult,
  Verify,
} from "./types.ts";
import type { View } from "./view.ts";
import { hotspotView } from "./views.ts";

/**
 * What a block does to the state of `view`, or why it is refused whole. Writes nothing. A transaction
 * that does not hold has no effect and says so in its result; whoever checks a proposal refuses it.
 */
export function applyBlock(view: View, block: BlockInput, options: BlockOptions): BlockOutcome {
  const context = contextOf(view, block, options);
  const refusal = refusalOf(view, block, context);
  if (refusal !== undefined) return { outcome: "refused", refusal };
  const draft = new Draft(view, context);
  begin(draft, block);
  runSteps(draft, options);
  const results = block.transactions.map((transaction) => applyOne(draft, transaction));
  const due = workDueAt(draft);
  return {
    outcome: "applied",
    events: eventsOf(draft, options),
    writes: draft.writes(),
    results,
    rewards: draft.rewards,
    protocolTime: context.protocolTime,
    ...(due !== undefined && { workDueAt: due }),
  };
}

/** Protocol time of a block: it advances as block time does, by at most the idle limit. */
export function protocolTimeAt(chain: ChainRow, blockTime: Milliseconds): Milliseconds {
  const limit = paramsByName(chain.params).idleLimitSeconds * 1000;
  return milliseconds(chain.protocolTime + Math.min(blockTime - chain.blockTime, limit));
}

/** The context in which a mempool plans: the next block, as if it were made at `blockTime`. */
export function nextContext(
  view: View,
  next: { blockTime: Milliseconds; verify: Verify },
): BlockContext {
  const chain = chainOf(view);
  // A clock that lags behind the last block must not turn time back.
  const blockTime = milliseconds(Math.max(next.blockTime, chain.blockTime));
  return {
    chainId: chain.chainId,
    params: paramsByName(chain.params),
    height: height(chain.height + 1) as Height,
    blockTime,
    protocolTime: protocolTimeAt(chain, blockTime),
    verify: next.verify,
  };
}

function contextOf(view: View, block: BlockInput, { verify }: BlockOptions): BlockContext {
  return nextContext(view, { blockTime: block.blockTime, verify });
}

function refusalOf(view: View, block: BlockInput, context: BlockContext): BlockRefusal | undefined {
  if (block.height !== context.height) {
    return { reason: "height-mismatch", expected: context.height, actual: block.height };
  }
  const last = chainOf(view).blockTime;
  if (block.blockTime <= last) return { reason: "time-not-later", last, actual: block.blockTime };
  return checkLink(view, { ...block, protocolTime: context.protocolTime });
}

function begin(draft: Draft, { proposer, link }: BlockInput): void {
  const producer = draft.get(producerTable, proposer);
  if (producer === undefined) throw new Error("the link was checked");
  draft.put(producerTable, proposer, afterLink(producer, link));
  const { height, blockTime, protocolTime } = draft.context;
  const entropy = sha256(draft.chain.entropy, link);
  draft.updateChain({ height, blockTime, protocolTime, entropy });
  markHeight(draft);
}

function runSteps(draft: Draft, { index }: BlockOptions): void {
  updatePrice(draft);
  expireActivity(draft);
  expireClassifications(draft);
  timeOutChallenges(draft);
  settleChallenges(draft, index);
  settleChannels(draft);
  drawTargets(draft, index);
  drawSlots(draft, index);
  endEpochs(draft);
  releaseHoldbacks(draft);
  returnUnbonded(draft);
  forgetMemos(draft);
  pruneSlots(draft);
  forgetChannels(draft);
}

function applyOne(draft: Draft, transaction: Transaction): TransactionResult {
  const planned = plan(draft, transaction, draft.context);
  const { body } = transaction;
  const { id: idBytes, signers } = identityOf({ chainId: draft.context.chainId, transaction });
  const id = toHex(idBytes);
  const { height } = draft.context;
  const subjects = [...new Set([body.actor, ...signers])];
  if (planned.outcome === "refused") {
    const { reason } = planned.refusal;
    const view = { id, height, kind: body.kind, outcome: "no-effect", reason } as const;
    draft.tell({ kind: "transaction", subjects, transaction: view, actor: body.actor });
    return { id, kind: body.kind, outcome: "no-effect", refusal: planned.refusal };
  }
  draft.absorb(planned.changes);
  draft.notices.push(...planned.notices);
  draft.rewards.push(...planned.rewards);
  const view = { id, height, kind: body.kind, outcome: "applied" } as const;
  draft.tell({ kind: "transaction", subjects, transaction: view, actor: body.actor });
  return { id, kind: body.kind, outcome: "applied" };
}

/** Events in the order told; a hotspot's change stands where it was last told of, as it is now. */
function eventsOf(draft: Draft, { index }: BlockOptions): NewEvent[] {
  const { height, protocolTime, blockTime } = draft.context;
  const lastAt = new Map<string, number>();
  draft.notices.forEach((notice, i) => {
    if (notice.kind === "hotspot") lastAt.set(notice.hotspot, i);
  });
  const events: NewEvent[] = [];
  draft.notices.forEach((notice, i) => {
    if (notice.kind === "event") {
      events.push(notice.event);
      return;
    }
    if (lastAt.get(notice.hotspot) !== i) return;
    const hotspot = hotspotView(draft, notice.hotspot, index);
    if (hotspot === undefined) return;
    const subjects = [...new Set([notice.hotspot, hotspot.owner])];
    const stamp = { height, protocolTime, blockTime, subjects };
    events.push({ kind: "hotspot-changed", ...stamp, hotspot });
  });
  return events;
}

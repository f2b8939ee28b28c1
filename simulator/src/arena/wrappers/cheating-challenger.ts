/**
 * A challenger whose host changes what it says: its acknowledgements on their way to the relays, its
 * openings and reveals on their way to the ledger, and the deadline that it is told.
 */
import type { LedgerEvent } from "@katydid/ledger/client";
import type { Bus } from "@katydid/platform";
import {
  type AcknowledgementBody,
  type Address,
  BoundedMap,
  type ChallengeReceipts,
  decodeMessage,
  encodeMessage,
  milliseconds,
  signMessage,
  type TransactionBody,
  toTopic,
} from "@katydid/protocol";
import type { AgentParts, Gang } from "../strategy.ts";
import { wrapBus } from "./wrapped-bus.ts";
import { editing, wrapLedger } from "./wrapped-ledger.ts";

export type TargetDrawn = Extract<LedgerEvent, { kind: "target-drawn" }>;

export interface ChallengerPlan {
  /**
   * What is acknowledged; undefined: nothing. Left out: all as it is. One that states a time to come
   * leaves when that time has come, so that it does not look false.
   */
  readonly acknowledge?: (
    said: AcknowledgementBody,
    drawn: TargetDrawn,
  ) => AcknowledgementBody | undefined;
  /** What is revealed; undefined: nothing. */
  readonly reveal?: (body: ChallengeReceipts, drawn: TargetDrawn) => ChallengeReceipts | undefined;
  /** Whether the target is sent its order. Left out: always. */
  readonly orders?: (target: Address) => boolean;
  /** The agent reveals so long after its target is drawn, protocol ms; left out: in due time. */
  readonly revealAfterMs?: number;
}

/** Challenges of one member that are remembered. */
const DRAWN_MAX = 64;
/** An agent reveals this part of the timeout before the deadline that it believes (its policy). */
const REVEAL_BEFORE_DEADLINE = 1 / 5;

export function cheatingChallenger(
  parts: AgentParts,
  {
    gang,
    plan,
  }: { readonly gang: Pick<Gang, "chainId" | "params">; readonly plan: ChallengerPlan },
): AgentParts {
  const { chainId, params } = gang;
  const { key } = parts;
  const drawn = new BoundedMap<string, TargetDrawn>(DRAWN_MAX);
  const beforeMs = params.challengeTimeoutSeconds * 1000 * REVEAL_BEFORE_DEADLINE;
  const event = (told: LedgerEvent): LedgerEvent => {
    if (told.kind !== "target-drawn" || told.challenger !== key.address) return told;
    drawn.set(nameOf(told), told);
    if (plan.revealAfterMs === undefined) return told;
    const deadlineAt = milliseconds(told.protocolTime + plan.revealAfterMs + beforeMs);
    return { ...told, deadlineAt };
  };
  const edit = (body: TransactionBody): TransactionBody | undefined => {
    if (body.kind !== "challenge-receipts" || plan.reveal === undefined) return body;
    const found = drawn.get(nameOf(body));
    return found === undefined ? body : plan.reveal(body, found);
  };
  const submit = editing({ chainId, params, signer: key, edit });
  const publishing = (bus: Bus) => (topic: string, payload: Uint8Array) => {
    const parsed = parsedTopic(topic);
    if (parsed === undefined) return [payload];
    if (parsed.kind === "order") return plan.orders?.(parsed.to) === false ? [] : [payload];
    const { acknowledge } = plan;
    if (acknowledge === undefined) return [payload];
    const said = decodeMessage(payload);
    if (said.kind !== "acknowledgement") return [payload];
    const { signature: _signature, ...body } = said;
    const found = drawn.get(nameOf(body));
    const changed = found === undefined ? body : acknowledge(body, found);
    if (changed === undefined) return [];
    const bytes = encodeMessage(signMessage({ chainId, signer: key, body: changed }));
    const waitMs = changed.acknowledgedAt - parts.clock.now();
    if (waitMs <= 0) return [bytes];
    parts.clock.after(waitMs, () => bus.publish(topic, bytes, { qos: 1 }));
    return [];
  };
  return {
    ...parts,
    ledger: wrapLedger(parts.ledger, { event, submit }),
    busTo: (url) => {
      const bus = parts.busTo(url);
      return wrapBus(bus, { publish: publishing(bus) });
    },
  };
}

/** Orders and acknowledgements are addressed; all else is not of interest here. */
function parsedTopic(topic: string): { kind: "order" | "ack"; to: Address } | undefined {
  const [, , to = "", kind] = topic.split("/");
  if (kind !== "order" && kind !== "ack") return undefined;
  const address = to as Address;
  return topic === toTopic(address, kind) ? { kind, to: address } : undefined;
}

function nameOf({ challenge }: Pick<TargetDrawn, "challenge">): string {
  return `${challenge.slot}/${challenge.index}`;
}

/** Block producers and their hash chains (protocol.md §3.0). */
import { type Bytes32, equalBytes, type Milliseconds, sha256 } from "@katydid/protocol";
import type { ProducerRow } from "./rows.ts";
import { producerTable } from "./tables.ts";
import type { BlockRefusal } from "./types.ts";
import type { View } from "./view.ts";

const PRODUCER_ID_BYTES = 20;

/** How blocks name their producer: as CometBFT addresses validators. */
export function producerIdOf(producerKey: Bytes32): Uint8Array {
  return sha256(producerKey).slice(0, PRODUCER_ID_BYTES);
}

/** A link reveals what its tip, or the link before, is the hash of. */
export function chainStep(link: Bytes32): Bytes32 {
  return sha256(link);
}

/**
 * Why a block of this proposer with this link would be refused, or undefined. The link is the
 * block's first entry; ProcessProposal asks this too.
 */
export function checkLink(
  view: View,
  block: { proposer: Uint8Array; link: Bytes32; protocolTime: Milliseconds },
): BlockRefusal | undefined {
  const producer = view.get(producerTable, block.proposer);
  if (producer === undefined || !isInForce(producer, block.protocolTime)) {
    return { reason: "proposer-unknown" };
  }
  const chain = currentChain(producer);
  if (chain === undefined) return { reason: "chain-exhausted" };
  return equalBytes(chainStep(block.link), chain.tip) ? undefined : { reason: "link-mismatch" };
}

/** Whether it may make blocks at a protocol time. */
export function isInForce(producer: ProducerRow, at: Milliseconds): boolean {
  return producer.leftAt === undefined && producer.inForceAt <= at;
}

/** The chain that the next link belongs to: the next one comes into force after the last link. */
export function currentChain(producer: ProducerRow): ProducerRow["chain"] | undefined {
  return producer.chain.links > 0 ? producer.chain : producer.next;
}

/** The producer after it has revealed a link that `checkLink` accepts. */
export function afterLink(producer: ProducerRow, link: Bytes32): ProducerRow {
  const isNext = producer.chain.links === 0;
  const chain = currentChain(producer);
  if (chain === undefined) throw new Error("the link was checked");
  return {
    ...producer,
    chain: { tip: link, links: chain.links - 1 },
    next: isNext ? undefined : producer.next,
    blocks: producer.blocks + 1,
  };
}

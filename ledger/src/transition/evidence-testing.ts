/** Honest and dishonest signers for tests of evidence: what each says, and who brings it. */
import { strict as assert } from "node:assert";
import {
  type BlockId,
  type Bytes32,
  dc,
  type Evidence,
  fromHex,
  type Height,
  height,
  milliseconds,
  type ProducerEquivocation,
  type SignedPrecommit,
  type SignedReceipt,
  type SignedVoucher,
  sha256,
  signMessage,
  type Transaction,
  timestampOf,
  tokens,
  utf8,
  type Vote,
  verifySignature,
  voteSignBytes,
} from "@katydid/protocol";
import { nextContext } from "./apply-block.ts";
import { penalizeBond } from "./bonds.ts";
import { openOne, type Played, receiptOf, reveal } from "./challenge-testing.ts";
import { accountOf, Draft } from "./draft.ts";
import { addHotspots, CHAIN_ID, keysOf, TestChain } from "./testing.ts";
import type { View } from "./view.ts";

const endpoints = ["mqtt://127.0.0.1:1883"];

/** A chain with revealed challenges, channels of two routers, and people who report. */
export interface EvidenceWorld {
  readonly chain: TestChain;
  readonly names: readonly string[];
  /** Two that are revealed, then one that is not. */
  readonly played: readonly Played[];
  /** Two of `router`, then one of `router2`. */
  readonly channels: readonly { readonly id: Bytes32; readonly router: string }[];
}

export function evidenceWorld(): EvidenceWorld {
  const chain = new TestChain({
    accounts: [
      { name: "rich", motes: tokens(1_000_000), dc: dc(100_000_000n) },
      ...["alice", "eve", "producer"].map((name) => ({ name, motes: tokens(20_000) })),
    ],
  });
  const names = addHotspots(chain, 4);
  const channels = ["router", "router", "router2"].map((router, i) => {
    if (i !== 1) register(chain, router);
    return { id: openChannel(chain, router), router };
  });
  const played = [0, 1].map(() => {
    const one = openOne(chain, names);
    const witnesses = names.filter((name) => name !== one.challenger && name !== one.target);
    chain.block({ transactions: [reveal(chain, one, witnesses)] });
    return one;
  });
  return { chain, names, played: [...played, openOne(chain, names)], channels };
}

function register(chain: TestChain, router: string): void {
  const { address } = keysOf(router);
  const body = { kind: "register-router", router: address, endpoints, slabs: 1 } as const;
  chain.block({ transactions: [chain.sign("rich", body, router)] });
}

export function openChannel(chain: TestChain, router: string, lastsMs = 100_000): Bytes32 {
  const body = {
    kind: "open-channel",
    router: keysOf(router).address,
    depositDc: dc(10_000n),
    expiresAt: milliseconds(chain.now + lastsMs),
  } as const;
  const [result] = chain.block({ transactions: [chain.sign("rich", body)] }).results;
  assert(result);
  return fromHex(result.id);
}

/** The reporter's next transaction over a view. */
export function evidenceOf(input: {
  readonly chain: TestChain;
  readonly view: View;
  readonly reporter: string;
  readonly evidence: Evidence;
}): Transaction {
  const { chain, view, reporter, evidence } = input;
  const nonce = accountOf(view, keysOf(reporter).address).nonce + 1;
  return chain.sign(reporter, { kind: "report-evidence", evidence, nonce });
}

/** Another receipt of the same challenge, by whoever signs. */
export function otherReceipt(
  receipt: SignedReceipt,
  changes: Partial<SignedReceipt>,
  by: { readonly signer: string; readonly chainId?: string },
): SignedReceipt {
  const { chainId = CHAIN_ID, signer } = by;
  return signMessage({ chainId, signer: keysOf(signer), body: { ...receipt, ...changes } });
}

/** Receipts of an equivocating target. */
export function twoReceipts(played: Played): readonly [SignedReceipt, SignedReceipt] {
  const receipt = receiptOf(played);
  const changes = { transmittedAt: milliseconds(1) };
  return [receipt, otherReceipt(receipt, changes, { signer: played.target })];
}

export interface VoucherOf {
  readonly channel: Bytes32;
  readonly hotspot: string;
  readonly dc: number;
  readonly packets?: number;
  readonly sequence: number;
  readonly signer: string;
  readonly chainId?: string;
}
export function voucherOf(of: VoucherOf): SignedVoucher {
  return signMessage({
    chainId: of.chainId ?? CHAIN_ID,
    signer: keysOf(of.signer),
    body: {
      kind: "voucher",
      channel: of.channel,
      hotspot: keysOf(of.hotspot).address,
      cumulativeDc: dc(BigInt(of.dc)),
      cumulativePackets: of.packets ?? of.dc,
      sequence: of.sequence,
    },
  });
}

export function blockIdOf(name: string): BlockId {
  return { hash: sha256(utf8(name)), parts: { total: 1, hash: sha256(utf8(`parts of ${name}`)) } };
}

export interface PrecommitOf {
  readonly height: number;
  /** Stands for a block. */
  readonly block: string;
  readonly signer?: string;
  readonly round?: number;
  readonly type?: Vote["type"];
  readonly chainId?: string;
}
/** As an embedded producer signs a block. */
export function precommitOf(of: PrecommitOf): SignedPrecommit {
  const { round = 0, type = "precommit", chainId = CHAIN_ID, signer = "producer" } = of;
  const blockId = blockIdOf(of.block);
  const timestamp = timestampOf(milliseconds(1_700_000_000_000 + of.height));
  const vote = { type, chainId, height: height(of.height), round, blockId, timestamp };
  return { round, blockId, timestamp, signature: keysOf(signer).sign(voteSignBytes(vote)) };
}

/** Commits of two blocks at one height. */
export function twoBlocks(at: number, signer = "producer"): ProducerEquivocation {
  return {
    kind: "producer-equivocation",
    producerKey: keysOf(signer).publicKey,
    height: at as Height,
    first: precommitOf({ height: at, block: "a", signer }),
    second: precommitOf({ height: at, block: "b", signer }),
  };
}

/** What the ledger does of its own accord when a hotspot misbehaves. */
export function penalize(chain: TestChain, name: string, percent: bigint): void {
  const blockTime = milliseconds(chain.blockTime + 1);
  const draft = new Draft(
    chain.view,
    nextContext(chain.view, { blockTime, verify: verifySignature }),
  );
  penalizeBond(draft, { hotspot: keysOf(name).address, percent });
  chain.view.commit(draft.writes());
}

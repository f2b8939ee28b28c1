/** What a chain starts from, as rows. */
import { strict as assert } from "node:assert";
import {
  type Address,
  addressBytes,
  type Dc,
  type Height,
  height,
  type Milliseconds,
  type Motes,
  milliseconds,
  motesForDc,
  paramsByName,
  sha256,
  utf8,
} from "@katydid/protocol";
import { EMPTY_ACTIVE_HASH } from "./active-index.ts";
import { Draft } from "./draft.ts";
import { ONLY } from "./keys.ts";
import { credit, creditDc } from "./money.ts";
import { producerIdOf } from "./producer.ts";
import type { ChainRow, SupplyRow } from "./rows.ts";
import { chainTable, oracleTable, producerTable, relayTable, supplyTable } from "./tables.ts";
import type { BlockContext, Genesis } from "./types.ts";
import { emptyView, type RowWrite } from "./view.ts";

const ENTROPY_DOMAIN = utf8("katydid:genesis-entropy:1");
const START = milliseconds(0);

/** Rows of the state before block 1, sorted by key bytes. A wrong genesis is a bug of its maker. */
export function genesisRows(genesis: Genesis): RowWrite[] {
  return genesisDraft(genesis).writes();
}

/** The same as a view, for tests and tools. */
export function genesisDraft(genesis: Genesis): Draft {
  const draft = new Draft(emptyView, contextOf(genesis));
  draft.put(chainTable, ONLY, chainRow(genesis));
  draft.put(supplyTable, ONLY, emptySupply());
  const granted = new Set<Address>();
  for (const account of genesis.accounts) {
    assert(!granted.has(account.address), `one grant per account: ${account.address}`);
    granted.add(account.address);
    draft.adjustSupply({ genesis: account.motes });
    credit(draft, account);
    if (account.dc !== undefined) grantDc(draft, { ...account, dc: account.dc });
  }
  putProducer(draft, genesis);
  for (const oracle of genesis.oracles) {
    draft.put(oracleTable, addressBytes(oracle), { priceMicroUsd: undefined, at: START });
  }
  for (const { operator, url } of genesis.relays ?? []) {
    draft.put(relayTable, addressBytes(operator), { url });
  }
  const params = paramsByName(genesis.params);
  draft.schedule({ kind: "slot", at: START, id: ONLY });
  const epochEnd = milliseconds(params.epochSeconds * 1000);
  draft.schedule({ kind: "epoch", at: epochEnd, id: ONLY });
  return draft;
}

function contextOf(genesis: Genesis): BlockContext {
  return {
    chainId: genesis.chainId,
    params: paramsByName(genesis.params),
    height: height(0),
    blockTime: genesis.time,
    protocolTime: START,
    verify: () => false,
  };
}

function chainRow(genesis: Genesis): ChainRow {
  assert(genesis.priceMicroUsd > 0, "a first price");
  return {
    chainId: genesis.chainId,
    params: genesis.params,
    height: 0 as Height,
    blockTime: genesis.time,
    protocolTime: 0 as Milliseconds,
    entropy: sha256(ENTROPY_DOMAIN, utf8(genesis.chainId)),
    priceMicroUsd: genesis.priceMicroUsd,
    epoch: 0,
    released: 0n as Motes,
    witnessedChallenges: 0,
    challengePay: 0n as Motes,
    hotspots: 0,
    active: 0,
    activeHash: EMPTY_ACTIVE_HASH,
    routers: 0,
    slabs: 0,
    relays: genesis.relays?.length ?? 0,
    producers: 1,
  };
}

/** DC of a grant count as made by burning their price at once, so that conservation holds from 0. */
function grantDc(draft: Draft, grant: { address: Address; dc: Dc }): void {
  const { priceMicroUsd } = draft.chain;
  const dcMotes = motesForDc({ dc: grant.dc, priceMicroUsd, rounding: "up" });
  draft.adjustSupply({ genesis: dcMotes, burned: dcMotes, dcMade: grant.dc });
  creditDc(draft, { address: grant.address, dc: grant.dc, dcMotes });
}

function putProducer(draft: Draft, { producer }: Genesis): void {
  assert(producer.chainLength > 0, "a producer has links to reveal");
  draft.adjustSupply({ genesis: producer.stakeMotes, stakes: producer.stakeMotes });
  draft.put(producerTable, producerIdOf(producer.producerKey), {
    owner: producer.owner,
    producerKey: producer.producerKey,
    stake: producer.stakeMotes,
    inForceAt: START,
    chain: { tip: producer.chainTip, links: producer.chainLength },
    next: undefined,
    blocks: 0,
    leftAt: undefined,
    slashedHeight: 0 as Height,
  });
}

function emptySupply(): SupplyRow {
  const none = 0n as Motes;
  const noDc = 0n as Dc;
  return {
    genesis: none,
    minted: none,
    balances: none,
    bonds: none,
    stakes: none,
    held: none,
    unbonding: none,
    burned: none,
    dust: none,
    dcMade: noDc,
    dcHeld: noDc,
    dcInChannels: noDc,
    dcSpent: noDc,
  };
}

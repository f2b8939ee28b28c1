/**
 * A chain in memory for tests: rows are kept as bytes, so that every table's codec is used; every
 * block is audited. Not part of what the package exports.
 */
import { strict as assert } from "node:assert";
import {
  type Address,
  cellAt,
  compareBytes,
  type Db,
  type Dc,
  type Height,
  type KeyPair,
  keyPairFromSeed,
  type Milliseconds,
  type Motes,
  microUsd,
  milliseconds,
  minimalParams,
  type Params,
  sha256,
  signTransaction,
  type Transaction,
  type TransactionBody,
  tokens,
  utf8,
  verifySignature,
  withLeastFee,
} from "@katydid/protocol";
import { ActiveIndex } from "./active-index.ts";
import { applyBlock, nextContext } from "./apply-block.ts";
import { auditSupply } from "./conservation.ts";
import { accountOf, chainOf } from "./draft.ts";
import { genesisRows } from "./genesis.ts";
import { plan } from "./plan.ts";
import { producerIdOf } from "./producer.ts";
import type { BlockOutcome, BlockResult, Genesis, Plan, Refusal } from "./types.ts";
import {
  fullKeyOf,
  keyName,
  type RowWrite,
  type Table,
  type View,
  type ViewRange,
} from "./view.ts";

interface Entry {
  /** The full key. */
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Rows as bytes, decoded at every read. */
export class MemoryView implements View {
  /** By table id, then by full key. */
  readonly #tables = new Map<number, Map<string, Entry>>();

  commit(writes: readonly RowWrite[]): void {
    for (const { table, fullKey, value } of writes) {
      const rows = this.#rowsOf(table.id);
      if (value === undefined) rows.delete(keyName(fullKey));
      else rows.set(keyName(fullKey), { key: fullKey, value });
    }
  }

  get<T>(table: Table<T>, key: Uint8Array): T | undefined {
    const entry = this.#rowsOf(table.id).get(keyName(fullKeyOf(table, key)));
    return entry && table.decode(entry.value);
  }

  *range<T>(
    table: Table<T>,
    options: ViewRange = {},
  ): Iterable<readonly [key: Uint8Array, row: T]> {
    const prefix = keyName(fullKeyOf(table, options.prefix ?? new Uint8Array(0)));
    const start = options.start && fullKeyOf(table, options.start);
    const found = [...this.#rowsOf(table.id)]
      .filter(([name]) => name.startsWith(prefix))
      .map(([, entry]) => entry)
      .filter(({ key }) => start === undefined || compareBytes(key, start) >= 0)
      .sort((a, b) => compareBytes(a.key, b.key));
    for (const { key, value } of found.slice(0, options.limit)) {
      yield [key.slice(1), table.decode(value)];
    }
  }

  /** Has the rows of another one, and no others. */
  copy(other: MemoryView): void {
    this.#tables.clear();
    for (const [id, rows] of other.#tables) this.#tables.set(id, new Map(rows));
  }

  /** Every row, for comparing states. */
  dump(): string {
    return [...this.#tables.values()]
      .flatMap((rows) => [...rows])
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { value }]) => `${Buffer.from(name, "latin1").toString("hex")}=${hex(value)}`)
      .join("\n");
  }

  #rowsOf(id: number): Map<string, Entry> {
    const known = this.#tables.get(id);
    if (known !== undefined) return known;
    const rows = new Map<string, Entry>();
    this.#tables.set(id, rows);
    return rows;
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

export const CHAIN_ID = "katydid-test";
export const GENESIS_TIME = milliseconds(1_700_000_000_000);
const LINKS = 3000;

/** A key pair that a name stands for. */
export function keysOf(name: string): KeyPair {
  return keyPairFromSeed(sha256(utf8(`test key ${name}`)));
}

const producerKeys = keysOf("producer");

function linksOf(): readonly Uint8Array[] {
  const links = [sha256(utf8("test chain"))];
  while (links.length < LINKS) links.push(sha256(links.at(-1) as Uint8Array));
  return links.reverse();
}
const links = linksOf();

export interface TestOptions {
  readonly params?: Params;
  readonly accounts?: readonly { name: string; motes: Motes; dc?: Dc }[];
  readonly oracles?: readonly string[];
}

type WithoutCommon<T> = T extends unknown
  ? Omit<T, "actor" | "nonce" | "feeDc" | "expiryHeight" | "owner"> & {
      readonly owner?: Address;
      readonly feeDc?: Dc;
      readonly nonce?: number;
      readonly expiryHeight?: Height;
    }
  : never;
export type TestBody = WithoutCommon<TransactionBody>;

export interface TestBlock {
  readonly transactions?: readonly Transaction[];
  /** Block time since the last block. */
  readonly afterMs?: number;
}

export class TestChain {
  readonly view = new MemoryView();
  readonly params: Params;
  readonly index = new ActiveIndex();
  /** Of every block so far. */
  readonly results: BlockResult[] = [];
  #nonces = new Map<Address, number>();

  constructor(options: TestOptions = {}) {
    this.params = options.params ?? minimalParams;
    this.view.commit(genesisRows(genesisOf(options, this.params)));
    assert.deepEqual(auditSupply(this.view), []);
  }

  /** Another chain that goes on from the same state. */
  fork(): TestChain {
    const twin = new TestChain({ params: this.params });
    twin.view.copy(this.view);
    return twin;
  }

  get height(): number {
    return chainOf(this.view).height;
  }
  get now(): Milliseconds {
    return chainOf(this.view).protocolTime;
  }
  get blockTime(): Milliseconds {
    return chainOf(this.view).blockTime;
  }

  /** A signed transaction of the named actor; its nonce follows those made since the last block. */
  sign(actor: string, body: TestBody, ...cosigners: string[]): Transaction {
    const { address } = keysOf(actor);
    const nonce =
      body.nonce ?? (this.#nonces.get(address) ?? accountOf(this.view, address).nonce) + 1;
    this.#nonces.set(address, nonce);
    const full = {
      expiryHeight: 0 as Height,
      feeDc: 0n as Dc,
      ...body,
      actor: address,
      nonce,
    } as TransactionBody;
    const priced =
      body.feeDc === undefined ? withLeastFee({ params: this.params, body: full }) : full;
    const signers = [actor, ...cosigners].map(keysOf);
    return signTransaction({ chainId: CHAIN_ID, body: priced, signers });
  }

  /** What `plan` says of a transaction in the next block. */
  plan(transaction: Transaction, afterMs = 1000): Plan {
    this.#nonces.clear();
    const blockTime = milliseconds(this.blockTime + afterMs);
    const context = nextContext(this.view, { blockTime, verify: verifySignature });
    return plan(this.view, transaction, context);
  }

  /** Makes a block whose transactions all hold, commits and audits it. */
  block(input: TestBlock = {}): BlockResult {
    const outcome = this.tryBlock(input);
    assert.equal(outcome.outcome, "applied");
    if (outcome.outcome !== "applied") throw new Error("asserted");
    const refused = outcome.results.filter(({ refusal }) => refusal !== undefined);
    assert.deepEqual(refused, []);
    return outcome;
  }

  /** Makes a block, whatever becomes of its transactions. */
  tryBlock({ transactions = [], afterMs = 1000 }: TestBlock = {}): BlockOutcome {
    this.#nonces.clear();
    const link = links[this.height];
    assert(link, "the test chain has links left");
    const outcome = applyBlock(
      this.view,
      {
        height: (this.height + 1) as Height,
        blockTime: milliseconds(this.blockTime + afterMs),
        proposer: producerIdOf(producerKeys.publicKey),
        link,
        transactions,
      },
      { verify: verifySignature, index: this.index },
    );
    if (outcome.outcome === "applied") {
      this.view.commit(outcome.writes);
      this.results.push(outcome);
      assert.deepEqual(auditSupply(this.view), [], `after block ${this.height}`);
    }
    return outcome;
  }

  /** Empty blocks until protocol time is at least `at`. */
  runUntil(at: number, stepMs = 1000): BlockResult[] {
    const results: BlockResult[] = [];
    while (this.now < at) results.push(this.block({ afterMs: stepMs }));
    return results;
  }
}

function genesisOf(options: TestOptions, params: Params): Genesis {
  const accounts = options.accounts ?? [
    { name: "rich", motes: tokens(1_000_000), dc: 100_000_000n as Dc },
  ];
  return {
    chainId: CHAIN_ID,
    time: GENESIS_TIME,
    params: params.name,
    producer: {
      owner: producerKeys.address,
      stakeMotes: tokens(10_000),
      producerKey: producerKeys.publicKey,
      chainTip: sha256(links[0] as Uint8Array),
      chainLength: LINKS,
    },
    oracles: (options.oracles ?? []).map((name) => keysOf(name).address),
    priceMicroUsd: microUsd(2_000_000),
    accounts: accounts.map(({ name, ...grant }) => ({ address: keysOf(name).address, ...grant })),
  };
}

/** What `plan` said: "accepted", or the reason. */
export function reasonOf(planned: Plan): Refusal["reason"] | "accepted" {
  return planned.outcome === "accepted" ? "accepted" : planned.refusal.reason;
}

/** Cells of a line of places east of Boulder, Colorado, about `stepMeters` apart. */
export function cellsInLine(count: number, stepMeters = 1500) {
  const degrees = stepMeters / 85_000;
  return Array.from({ length: count }, (_, i) =>
    cellAt({ latDegrees: 40.015, lngDegrees: -105.27 + i * degrees }, 12),
  );
}

/** Adds hotspots `h0`, `h1`, ... of owner `rich`, located in a line. Takes two blocks. */
export function addHotspots(chain: TestChain, count: number, stepMeters?: number): string[] {
  const names = Array.from({ length: count }, (_, i) => `h${i}`);
  const owner = keysOf("rich").address;
  const nonceHash = sha256(utf8("nonce"));
  chain.block({
    transactions: names.map((name) =>
      chain.sign(
        "rich",
        { kind: "add-hotspot", hotspot: keysOf(name).address, owner, nonceHash },
        name,
      ),
    ),
  });
  const cells = cellsInLine(count, stepMeters);
  chain.block({
    transactions: names.map((name, i) =>
      chain.sign("rich", {
        kind: "assert-location",
        hotspot: keysOf(name).address,
        cell: cells[i] as (typeof cells)[number],
        gainDbi: 1.2 as Db,
        elevationMeters: 10,
      }),
    ),
  });
  return names;
}

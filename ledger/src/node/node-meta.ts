/** What a store says of itself: layout version, genesis, and the last block whose state it holds. */
import { Fault, type Store, type StoreWrite } from "@katydid/platform";
import { concatBytes, equalBytes, sha256, u32Bytes, utf8 } from "@katydid/protocol";
import { toWire } from "../client/wire.ts";
import { type Genesis, genesisRows } from "../transition/index.ts";
import * as layout from "./layout.ts";
import { StateStore } from "./state-store.ts";

const VERSION = "version";
const GENESIS = "genesis";
const HEAD = "head";

/** Height 0: genesis. */
export interface Head {
  readonly height: number;
  /** Root of the state after that block. */
  readonly appHash: Uint8Array;
  readonly resultsHash: Uint8Array;
}

/**
 * Writes genesis into an empty store; of another one, checks that it is of this layout and genesis.
 * Throws Fault "store-version" or "store-other-chain".
 */
export async function initialise(store: Store, genesis: Genesis): Promise<void> {
  const version = store.get(layout.metaKey(VERSION));
  const digest = sha256(utf8(JSON.stringify(toWire(genesis))));
  if (version !== undefined) return check(store, digest);
  const state = new StateStore(store);
  const writes = genesisRows(genesis);
  const update = state.preview(writes);
  const others: StoreWrite[] = [
    { key: layout.metaKey(VERSION), value: u32Bytes(layout.LAYOUT_VERSION) },
    { key: layout.metaKey(GENESIS), value: digest },
    writeHead({ height: 0, appHash: update.root, resultsHash: new Uint8Array(0) }),
  ];
  await state.commit({ writes, update, others });
}

export function readHead(store: Store): Head {
  const bytes = store.get(layout.metaKey(HEAD));
  if (bytes === undefined) throw new Error("an initialised store has a head");
  const height = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  return { height, appHash: bytes.slice(4, 36), resultsHash: bytes.slice(36) };
}

/** `height u32 | state root 32 | results hash` (empty before the first block). */
export function writeHead({ height, appHash, resultsHash }: Head): StoreWrite {
  const value = concatBytes(u32Bytes(height), appHash, resultsHash);
  return { key: layout.metaKey(HEAD), value };
}

function check(store: Store, digest: Uint8Array): void {
  const version = store.get(layout.metaKey(VERSION)) ?? new Uint8Array(0);
  if (!equalBytes(version, u32Bytes(layout.LAYOUT_VERSION))) {
    const advice = "the ledger's store is of another version: move it away, or use that version";
    throw new Fault({ code: "store-version", advice, expected: layout.LAYOUT_VERSION });
  }
  if (!equalBytes(store.get(layout.metaKey(GENESIS)) ?? new Uint8Array(0), digest)) {
    const advice = "the ledger's store is of another chain: use another folder";
    throw new Fault({ code: "store-other-chain", advice });
  }
}

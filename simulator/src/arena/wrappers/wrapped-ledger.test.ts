import assert from "node:assert/strict";
import { test } from "node:test";
import { CHAIN_ID, keyOf, TestClock, TestLedger } from "@katydid/hotspot-agent/testing";
import type { ChannelView, LedgerEvent } from "@katydid/ledger/client";
import {
  type Bytes32,
  dc,
  decodeTransaction,
  height,
  mainParams,
  milliseconds,
  motes,
  type TransactionBody,
  toHex,
  unsignedBy,
} from "@katydid/protocol";
import { editing, signedBytes, wrapLedger } from "./wrapped-ledger.ts";

const own = keyOf("cheat");
const foreign = keyOf("its owner");
const commitment = (actor: typeof own, slot: number): TransactionBody => ({
  kind: "report-commitment",
  actor: actor.address,
  nonce: 1,
  feeDc: dc(0n),
  expiryHeight: height(9),
  slot,
  reportHash: new Uint8Array(32).fill(7),
});
const bytesOf = (signer: typeof own, slot: number) =>
  signedBytes({ chainId: CHAIN_ID, body: commitment(signer, slot), signer });

function edited(edit: (body: TransactionBody) => TransactionBody | undefined) {
  const ledger = new TestLedger(new TestClock());
  const raw: Uint8Array[] = [];
  const listening = wrapLedger(ledger, {
    submit: (bytes, inner) => {
      raw.push(bytes);
      return inner.submit(bytes);
    },
  });
  const submit = editing({ chainId: CHAIN_ID, params: mainParams, signer: own, edit });
  return { ledger, raw, wrapped: wrapLedger(listening, { submit }) };
}

test("an edited transaction is signed anew, with the fee of its size", async () => {
  const { wrapped, raw } = edited((body) => ({ ...body, slot: 5 }) as TransactionBody);
  await wrapped.submit(bytesOf(own, 1));
  const transaction = decodeTransaction(raw[0] ?? new Uint8Array());
  const { body } = transaction;
  assert.ok(body.kind === "report-commitment" && body.slot === 5 && body.feeDc > 0n);
  assert.equal(unsignedBy({ chainId: CHAIN_ID, transaction, rule: "consensus" }), undefined);
});

test("what is left as it is, or is another's, goes byte for byte; what is withheld does not go", async () => {
  const same = edited((body) => body);
  await same.wrapped.submit(bytesOf(own, 1));
  assert.deepEqual(same.raw, [bytesOf(own, 1)]);
  const { wrapped, raw, ledger } = edited(() => undefined);
  await wrapped.submit(bytesOf(foreign, 2));
  assert.deepEqual(raw, [bytesOf(foreign, 2)]);
  const outcome = await wrapped.submit(bytesOf(own, 3));
  assert.deepEqual([outcome.outcome, ledger.submitted.length], ["refused", 1]);
});

test("events can go untold, and channels be told otherwise, in events and lookups", async () => {
  const ledger = new TestLedger(new TestClock());
  const id = new Uint8Array(32).fill(1) as Bytes32;
  const channel: ChannelView = {
    ...{ id, router: own.address, stake: motes(1n), expiresAt: milliseconds(9) },
    ...{ depositDc: dc(10n), reservedDc: dc(0n), leftDc: dc(10n), state: "open" },
  };
  ledger.channelViews.set(toHex(id), channel);
  const wrapped = wrapLedger(ledger, {
    event: (event) => (event.kind === "block" ? undefined : event),
    channel: (view) => ({ ...view, depositDc: dc(view.depositDc * 2n) }),
  });
  const told: LedgerEvent[] = [];
  wrapped.watch({}, (event) => told.push(event));
  ledger.emit({ kind: "block", subjects: [], transactions: 0, stateRoot: "", headerHash: "" });
  ledger.emit({ kind: "channel-changed", subjects: [], channel });
  assert.equal(told.length, 1);
  const [event] = told;
  assert.ok(event?.kind === "channel-changed" && event.channel.depositDc === 20n);
  assert.equal((await wrapped.channel(id))?.depositDc, 20n);
  assert.equal((await wrapped.channels(own.address))[0]?.depositDc, 20n);
  // All else is the ledger's own, private fields and all.
  assert.deepEqual(await wrapped.status(), await ledger.status());
});

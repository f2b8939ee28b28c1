import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  createHttpServer,
  createMetrics,
  type HttpServer,
  listen,
  realClock,
  silentLog,
} from "@katydid/platform";
import {
  type Address,
  type Dc,
  encodeTransaction,
  fromHex,
  type Height,
  type Milliseconds,
  minimalParams,
  routerEquivocation,
  signMessage,
  signTransaction,
  type Transfer,
  tokens,
  withLeastFee,
} from "@katydid/protocol";
import { ledgerRoutes } from "../node/http/routes.ts";
import { ManualClock, type MemoryStore, settled, TestNode } from "../node/testing.ts";
import { CHAIN_ID, keysOf } from "../transition/testing.ts";
import type { LedgerClient, LedgerEvent } from "./client.ts";
import { type ClientSubject, ledgerClientContract } from "./contract.ts";
import { DirectLedgerClient } from "./direct-client.ts";
import { HttpLedgerClient } from "./http-client.ts";

const HOTSPOTS = 4;
/** Challenges in which one hotspot reports too loud, until pairs are classified. */
const LOUD_CHALLENGES_MAX = 80;
/** Turns of the event loop in which events over loopback must have come. */
const TURNS_MAX = 20_000;
const router = keysOf("router");

ledgerClientContract("in process", async () => {
  const chain = await openPlayed();
  const client = new DirectLedgerClient(chain.node);
  return subjectOf({ chain, client, async close() {} });
});

ledgerClientContract("HTTP", async () => {
  const chain = await openPlayed();
  const { server, url } = await serve(chain);
  const client = new HttpLedgerClient({ url, clock: realClock, log: silentLog });
  return subjectOf({ chain, client, close: () => server.close() });
});

describe("ledger client over HTTP", () => {
  test("goes on after a broken connection, with each event once", async () => {
    await using chain = await TestNode.open();
    const first = await serve(chain);
    const { port } = new URL(first.url);
    const client = new HttpLedgerClient({ url: first.url, clock: chain.clock, log: silentLog });
    const seen: LedgerEvent[] = [];
    client.watch({ kinds: ["block"] }, (event) => seen.push(event));
    await watchers(chain, 1);
    await chain.blocks(2);
    await turnsUntil(() => seen.length === 2);
    await first.server.close();
    await chain.blocks(3);
    const second = await serve(chain, Number(port));
    await turnsUntil(
      () => seen.length === 5,
      () => chain.clock.advance(1000),
    );
    await chain.blocks(1);
    await turnsUntil(() => seen.length === 6);
    assert.deepEqual(
      seen.map(({ height }) => height as number),
      [1, 2, 3, 4, 5, 6],
    );
    await client[Symbol.asyncDispose]();
    await second.server.close();
  });

  test("misses nothing that came while it dialled again before its first event", async () => {
    await using chain = await TestNode.open();
    await chain.blocks(1);
    const first = await serve(chain);
    const { port } = new URL(first.url);
    const client = new HttpLedgerClient({ url: first.url, clock: chain.clock, log: silentLog });
    const seen: LedgerEvent[] = [];
    client.watch({ kinds: ["block"] }, (event) => seen.push(event));
    await watchers(chain, 1);
    await first.server.close();
    await chain.blocks(1);
    const second = await serve(chain, Number(port));
    await turnsUntil(
      () => seen.length === 1,
      () => chain.clock.advance(1000),
    );
    assert.equal(seen[0]?.height, 2);
    await client[Symbol.asyncDispose]();
    await second.server.close();
  });

  test("a node that is away is a fault that says so", async () => {
    await using chain = await TestNode.open();
    const { server, url } = await serve(chain);
    await server.close();
    const client = new HttpLedgerClient({ url, clock: realClock, log: silentLog });
    await assert.rejects(client.status(), { code: "ledger-unreachable" });
  });
});

async function serve(
  chain: TestNode,
  port = 0,
): Promise<{ readonly server: HttpServer; readonly url: string }> {
  const about = { title: "ledger", version: "0" };
  const server = await createHttpServer({ log: silentLog, metrics: createMetrics(), ...about });
  await ledgerRoutes(server, chain.node);
  const { url } = await listen(server, { port });
  return { server, url };
}

interface Played {
  readonly store: MemoryStore;
  readonly time: number;
  readonly channel: string;
}
let played: Promise<Played> | undefined;

/** The network that the contract asks for: played once, then copied. */
async function openPlayed(): Promise<TestNode> {
  played ??= play();
  const { store, time } = await played;
  return TestNode.open({ store: store.copy(), clock: new ManualClock(time) });
}

async function play(): Promise<Played> {
  await using chain = await TestNode.open();
  const hotspots = await chain.addHotspots(HOTSPOTS);
  const rich = chain.sender("rich");
  const registration = {
    kind: "register-router",
    router: router.address,
    endpoints: ["mqtt://127.0.0.1:1883"],
    slabs: 2,
  } as const;
  const registered = await rich.send(registration, { cosigners: [router] });
  assert.equal(registered.outcome, "accepted");
  await chain.blocks();
  const { protocolTime } = chain.node.queries.status();
  const opened = await rich.send({
    kind: "open-channel",
    router: router.address,
    depositDc: 20_000n as Dc,
    expiresAt: (protocolTime + 3_000_000) as Milliseconds,
  });
  assert.ok(opened.outcome === "accepted");
  await chain.blocks();
  await payOnce(chain, hotspots[0] as Address);
  await chain.silenceChallenge(HOTSPOTS);
  for (let challenges = 0; challenges < 3 || !all(chain, hotspots); challenges += 1) {
    assert.ok(challenges < 12, "every hotspot meets a challenge");
    await chain.playChallenge({ hotspots: HOTSPOTS, hear: "all" });
  }
  const { queries } = chain.node;
  for (let challenges = 0; queries.classifications().items.length < 2; challenges += 1) {
    assert.ok(challenges < LOUD_CHALLENGES_MAX, "pairs are classified");
    await chain.revealChallenge({ hotspots: HOTSPOTS, hear: "all", loud: "h0" });
  }
  await misbehave(chain, { hotspot: hotspots[0] as Address, channel: fromHex(opened.id) });
  return { store: chain.store, time: chain.clock.now(), channel: opened.id };
}

/** One hotspot leaves, and the router says two things in a channel and loses its stake. */
async function misbehave(
  chain: TestNode,
  { hotspot, channel }: { hotspot: Address; channel: Uint8Array },
): Promise<void> {
  const voucher = (dc: bigint) =>
    signMessage({
      chainId: CHAIN_ID,
      signer: router,
      body: {
        kind: "voucher",
        channel,
        hotspot,
        cumulativeDc: dc as Dc,
        cumulativePackets: 1,
        sequence: 1,
      },
    });
  const evidence = routerEquivocation(voucher(1n), voucher(2n));
  assert.ok(evidence);
  const rich = chain.sender("rich");
  for (const body of [
    { kind: "report-evidence", evidence },
    { kind: "remove-hotspot", hotspot },
  ] as const) {
    const sent = await rich.send(body);
    assert.equal(sent.outcome, "accepted");
    await chain.blocks();
  }
}

/** A channel of the router that pays a hotspot, but not all that it owes, and settles while challenges are played. */
async function payOnce(chain: TestNode, hotspot: Address): Promise<void> {
  const { protocolTime } = chain.node.queries.status();
  const opened = await chain.sender("rich").send({
    kind: "open-channel",
    router: router.address,
    depositDc: 10_000n as Dc,
    expiresAt: (protocolTime + 40_000) as Milliseconds,
  });
  assert.ok(opened.outcome === "accepted");
  await chain.blocks();
  const closed = await chain.sender("router").send({
    kind: "close-channel",
    channel: fromHex(opened.id),
    summaries: [{ hotspot, cumulativeDc: 10_500n as Dc, cumulativePackets: 100 }],
    more: false,
  });
  assert.equal(closed.outcome, "accepted");
}

async function subjectOf(parts: {
  readonly chain: TestNode;
  readonly client: LedgerClient;
  readonly close: () => Promise<unknown>;
}): Promise<ClientSubject> {
  const { chain, client } = parts;
  const { channel } = await (played ?? play());
  return {
    client,
    reference: chain.client,
    hotspots: Array.from({ length: HOTSPOTS }, (_, at) => keysOf(`h${at}`).address),
    owner: keysOf("rich").address,
    router: router.address,
    channel: fromHex(channel),
    applied: channel,
    good: payment(chain, 1),
    bad: payment(chain, 7),
    blocks: (count) => chain.blocks(count),
    until: (done) => turnsUntil(done, () => chain.clock.advance(0)),
    watching: (count) => watchers(chain, count),
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await parts.close();
      await chain[Symbol.asyncDispose]();
    },
  };
}

function all(chain: TestNode, hotspots: Awaited<ReturnType<TestNode["addHotspots"]>>): boolean {
  return hotspots.every((address) => chain.node.queries.challengesOf(address).items.length > 0);
}

/** `ahead` of the nonce that is expected is refused. */
function payment(chain: TestNode, ahead: number): Uint8Array {
  const signer = keysOf("rich");
  const body: Transfer = {
    kind: "transfer",
    actor: signer.address,
    nonce: chain.node.queries.account(signer.address).nonce + ahead,
    feeDc: 0n as Dc,
    expiryHeight: 0 as Height,
    payments: [{ payee: router.address, motes: tokens(1), memo: new Uint8Array(0) }],
  };
  const signed = withLeastFee({ params: minimalParams, body });
  return encodeTransaction(signTransaction({ chainId: CHAIN_ID, body: signed, signers: [signer] }));
}

function watchers(chain: TestNode, count: number): Promise<void> {
  return turnsUntil(() => chain.node.watchers === count);
}

async function turnsUntil(done: () => boolean, step: () => Promise<void> = settled): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    if (done()) return;
    await step();
    await settled();
  }
  throw new Error("it did not happen");
}

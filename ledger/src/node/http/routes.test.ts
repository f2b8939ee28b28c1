import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { createHttpServer, createMetrics, type HttpServer, silentLog } from "@katydid/platform";
import {
  cellAt,
  commitFlaw,
  type Dc,
  decodeCommit,
  decodeHeader,
  encodeTransaction,
  fromHex,
  type Height,
  headerHash,
  minimalParams,
  parentOf,
  parseNetworkFile,
  signTransaction,
  type Transfer,
  toHex,
  tokens,
  withLeastFee,
} from "@katydid/protocol";
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";
import { CHAIN_ID, keysOf } from "../../transition/testing.ts";
import { TestNode } from "../testing.ts";
import { ledgerRoutes } from "./routes.ts";

async function open() {
  const chain = await TestNode.open();
  const about = { title: "ledger", version: "0" };
  const server = await createHttpServer({ log: silentLog, metrics: createMetrics(), ...about });
  await ledgerRoutes(server, chain.node, { ledgers: ["http://127.0.0.1:8080"] });
  return {
    chain,
    server,
    async [Symbol.asyncDispose]() {
      await server.close();
      await chain[Symbol.asyncDispose]();
    },
  };
}

async function get(server: HttpServer, url: string, headers: Record<string, string> = {}) {
  const response = await server.inject({ method: "GET", url, headers });
  return { status: response.statusCode, response, json: () => response.json() };
}

function gift(): Uint8Array {
  const signer = keysOf("rich");
  const body: Transfer = {
    kind: "transfer",
    actor: signer.address,
    nonce: 1,
    feeDc: 0n as Dc,
    expiryHeight: 0 as Height,
    payments: [{ payee: keysOf("bob").address, motes: tokens(1), memo: new Uint8Array(0) }],
  };
  const signed = withLeastFee({ params: minimalParams, body });
  return encodeTransaction(signTransaction({ chainId: CHAIN_ID, body: signed, signers: [signer] }));
}

describe("ledger routes", () => {
  test("amounts are decimal text, bytes are hex, and OpenAPI names every route", async () => {
    await using at = await open();
    await at.chain.blocks(1);
    const status = (await get(at.server, "/v1/status")).json();
    assert.equal(status.height, 1);
    assert.equal(status.supply.genesis, at.chain.node.queries.status().supply.genesis.toString());
    assert.match(status.stateRoot, /^[0-9a-f]{64}$/);
    assert.deepEqual((await get(at.server, "/v1/supply")).json(), status.supply);
    assert.deepEqual((await get(at.server, "/v1/price")).json(), { priceMicroUsd: 2_000_000 });
    const params = (await get(at.server, "/v1/params")).json();
    assert.equal(params.bondDc, minimalParams.bondDc.toString());
    assert.equal(params.density["4"].max, 1000);
    const { paths } = (await get(at.server, "/openapi.json")).json();
    for (const path of ["/v1/status", "/v1/hotspots/{address}/challenges", "/v1/transactions"]) {
      assert.ok(path in paths, path);
    }
  });

  test("a block's header and commit can be verified by whoever asks", async () => {
    await using at = await open();
    await at.chain.blocks(3);
    const block = (await get(at.server, "/v1/blocks/2")).json();
    const header = decodeHeader(fromHex(block.header));
    assert.equal(toHex(headerHash(header)), block.hash);
    const commit = decodeCommit(fromHex(block.commit));
    const validators = [{ publicKey: keysOf("producer").publicKey, power: 1 }];
    const { blockId } = commit;
    const check = { chainId: CHAIN_ID, height: 2, blockId, commit, validators };
    assert.equal(commitFlaw(check), undefined);
    assert.equal(toHex(blockId.hash), block.hash);
    assert.equal((await get(at.server, "/v1/blocks/9")).status, 404);
  });

  test("the network file is one, after the first block", async () => {
    await using at = await open();
    assert.equal((await get(at.server, "/v1/network")).json().code, "no-block-yet");
    await at.chain.blocks(2);
    const { response } = await get(at.server, "/v1/network");
    const file = parseNetworkFile(response.body);
    assert.equal(file.trustedHeader.height, 2);
    assert.deepEqual(file.ledgers, ["http://127.0.0.1:8080"]);
    assert.deepEqual(file.relays, ["mqtt://127.0.0.1:1883"]);
  });

  test("a transaction may come as bytes, hex or base64", async () => {
    const bytes = Buffer.from(gift());
    const forms = [
      { payload: bytes, headers: { "content-type": "application/octet-stream" } },
      { payload: { transaction: bytes.toString("hex") } },
      { payload: { transaction: bytes.toString("base64") } },
    ];
    for (const form of forms) {
      await using at = await open();
      const url = "/v1/transactions";
      const taken = await at.server.inject({ method: "POST", url, ...form });
      assert.equal(taken.statusCode, 202);
      await at.chain.blocks(1);
      const view = (await get(at.server, `/v1/transactions/${taken.json().id}`)).json();
      assert.equal(view.outcome, "applied");
      const refused = await at.server.inject({ method: "POST", url, ...form });
      assert.equal(refused.statusCode, 422);
      assert.match(String(refused.headers["content-type"]), /problem\+json/);
      assert.equal(refused.json().code, "nonce-mismatch");
      assert.deepEqual(refused.json().numbers, { expected: 2, actual: 1 });
    }
  });

  test("what is malformed is a problem that says what", async () => {
    await using at = await open();
    const { server } = at;
    const cases = [
      ["/v1/accounts/nobody", 400, "address-malformed"],
      ["/v1/hotspots?owner=nobody", 400, "address-malformed"],
      [`/v1/hotspots/${keysOf("bob").address}`, 404, "not-found"],
      ["/v1/hotspots?limit=0", 400, "invalid"],
      ["/v1/hotspots?colour=red", 400, "invalid"],
      ["/v1/blocks/-1", 400, "invalid"],
      ["/v1/channels/00", 404, "not-found"],
      ["/v1/epochs/7", 404, "not-found"],
      ["/v1/challenges/1/70000", 404, "not-found"],
      ["/v1/events?kinds=rumour", 400, "invalid"],
      ["/v1/coverage/cells/zz", 400, "cell-malformed"],
      ["/tiles/coverage/40/0/0.mvt", 404, "not-found"],
      ["/tiles/coverage/2/9/0.mvt", 404, "not-found"],
    ] as const;
    for (const [url, status, code] of cases) {
      const answer = await get(server, url);
      assert.equal(answer.status, status, url);
      assert.equal(answer.json().code, code, url);
    }
    for (const type of ["text/plain", "application/json"]) {
      const headers = { "content-type": type };
      const payload = type === "text/plain" ? "00" : "{}";
      const text = await server.inject({
        method: "POST",
        url: "/v1/transactions",
        headers,
        payload,
      });
      assert.equal(text.statusCode, 400, type);
    }
    assert.equal(
      (await server.inject({ method: "POST", url: "/v1/transactions" })).statusCode,
      400,
    );
    const garbage = { transaction: "not hex, not base64!" };
    const refused = await server.inject({
      method: "POST",
      url: "/v1/transactions",
      payload: garbage,
    });
    assert.equal(refused.statusCode, 400);
    const empty = await server.inject({ method: "POST", url: "/v1/transactions", payload: {} });
    assert.equal(empty.statusCode, 400);
  });

  test("a hex says whether it is covered, by whom, and why", async () => {
    await using at = await open();
    const hotspots = await at.chain.addHotspots(4);
    const view = await at.chain.playChallenge({ hotspots: 4, hear: "all", rssiDbm: -101.5 });
    const target = at.chain.node.queries
      .hotspots()
      .items.find(({ address }) => address === view.target);
    assert.ok(target?.cell !== undefined);
    const leaf = parentOf(target.cell, 8);
    // A finer cell is that of its parent.
    const cell = (await get(at.server, `/v1/coverage/cells/${target.cell}`)).json();
    assert.equal(cell.cell, leaf);
    assert.equal(cell.state, "covered");
    assert.equal(cell.bestRssiDbm, -101.5);
    assert.equal(cell.hotspots.length, 2);
    assert.match(cell.hotspots[0].name, /^[a-z]+-[a-z]+-[a-z]+$/);
    assert.equal(cell.evidence.length, 2);
    assert.equal(cell.evidence[0].beaconer, view.target);
    assert.ok(cell.evidence[0].distanceMeters > 1000);
    assert.ok(cell.boundary.length >= 5 && cell.center.length === 2);
    const elsewhere = cellAt({ latDegrees: 0, lngDegrees: 0 }, 8);
    const unmapped = (await get(at.server, `/v1/coverage/cells/${elsewhere}`)).json();
    assert.equal(unmapped.state, "unmapped");
    const placed = (await get(at.server, `/v1/hotspots/${hotspots[0]}`)).json();
    assert.ok(Math.abs(placed.center[1] - 40.015) < 0.01);
  });

  test("tiles are compressed, decode, and are not sent again until the map changes", async () => {
    await using at = await open();
    await at.chain.addHotspots(3);
    await at.chain.playChallenge({ hotspots: 3, hear: "all" });
    const url = "/tiles/coverage/9/106/193.mvt?height=4";
    const first = await get(at.server, url);
    assert.equal(first.status, 200);
    assert.equal(first.response.headers["content-encoding"], "gzip");
    const tag = String(first.response.headers.etag);
    const tile = new VectorTile(new PbfReader(gunzipSync(first.response.rawPayload)));
    assert.ok((tile.layers.coverage?.length ?? 0) > 0);
    assert.equal(tile.layers.hotspots?.length, 3);
    const again = await get(at.server, url, { "if-none-match": tag });
    assert.equal(again.status, 304);
    await at.chain.playChallenge({ hotspots: 3, hear: "none" });
    const changed = await get(at.server, url, { "if-none-match": tag });
    assert.equal(changed.status, 200);
    assert.notEqual(changed.response.headers.etag, tag);
  });

  test("coverage is there again after a restart", async () => {
    await using at = await open();
    await at.chain.addHotspots(3);
    const view = await at.chain.playChallenge({ hotspots: 3, hear: "all" });
    const { store, clock, node } = at.chain;
    const cell = node.queries.hotspots().items.find(({ address }) => address === view.target)?.cell;
    assert.ok(cell !== undefined);
    await using again = await TestNode.open({ store: store.copy(), clock });
    const leaf = parentOf(cell, 8);
    assert.ok(node.coverage.cell(leaf) !== undefined);
    assert.deepEqual(again.node.coverage.cell(leaf), node.coverage.cell(leaf));
    assert.deepEqual(again.node.coverage.totals, node.coverage.totals);
  });
});

/**
 * A network of real parts on loopback, for end-to-end tests: a ledger node on LMDB with an embedded
 * producer and its HTTP interface, and an MQTT broker with logins. Routers and hotspots join it
 * (router-host.ts, and `runAgent`), in this process or in one of their own.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EmbeddedProducer, genesisProducer, LedgerNode, ledgerRoutes } from "@katydid/ledger";
import {
  type BodyWithoutCommon,
  HttpLedgerClient,
  type LedgerEvent,
  type SendOptions,
  sequenceOf,
  TransactionSender,
} from "@katydid/ledger/client";
import {
  type Broker,
  createHttpServer,
  createLog,
  createMetrics,
  type Log,
  listen,
  openLmdbStore,
  realClock,
  silentLog,
} from "@katydid/platform";
import {
  type Address,
  dc,
  type KeyPair,
  keyPairFromSeed,
  microUsd,
  minimalParams,
  type Params,
  sha256,
  tokens,
  utf8,
} from "@katydid/protocol";
import type { MqttAuthorizer } from "@katydid/router";
import { Recorder } from "./awaiting.ts";
import { startTestBroker } from "./broker.ts";
import { recordSessions, type SessionMessage } from "./sessions.ts";

export const CHAIN_ID = "katydid-end-to-end";
/** One US dollar a token, so that one DC is 1,000 motes. */
export const PRICE_MICRO_USD = microUsd(1_000_000);
/** Sequence of an event before the first. */
const BEFORE_ALL = sequenceOf({ height: 0, index: 0 });
/** For registering a router with slabs (104 USD), and channels. */
const GRANT_DC = dc(20_000_000n);
const GRANT_TOKENS = tokens(100_000);

/** Who has tokens and DC from genesis. */
const people = ["producer", "operator", "routerOwner", "hotspotOwner"] as const;
const machines = ["router", "hotspot"] as const;
export type TestKeys = Readonly<
  Record<(typeof people)[number] | (typeof machines)[number], KeyPair>
>;

export interface TestNetwork extends AsyncDisposable {
  readonly chainId: string;
  readonly params: Params;
  /** For the stores of those who join; removed at the end. */
  readonly folder: string;
  readonly keys: TestKeys;
  readonly ledgerUrl: string;
  readonly ledger: HttpLedgerClient;
  readonly broker: Broker;
  /** Everything that the ledger said since the start, over HTTP. */
  readonly events: Recorder<LedgerEvent>;
  /** What hotspots and routers said to each other, as the broker saw it. */
  readonly sessions: Recorder<SessionMessage>;
  readonly log: Log;
  /** Sends it, and resolves when it is in a block. Throws where the ledger refuses. */
  send(signer: KeyPair, body: BodyWithoutCommon, options?: SendOptions): Promise<void>;
  /** From now on these owners may log in to the broker. */
  admitOwners(mqtt: MqttAuthorizer): void;
}

export const testKey = (name: string): KeyPair =>
  keyPairFromSeed(sha256(utf8(`katydid end-to-end ${name}`)));

/** KATYDID_TEST_LOG=info shows what the parts say. */
export function testLog(): Log {
  const level = process.env.KATYDID_TEST_LOG;
  if (level !== "debug" && level !== "info" && level !== "warn") return silentLog;
  return createLog({ level });
}

export async function startNetwork(): Promise<TestNetwork> {
  const cleanup = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "katydid-e2e-"));
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  const keys = makeKeys();
  const [log, metrics, clock, params] = [testLog(), createMetrics(), realClock, minimalParams];
  const seed = sha256(utf8("katydid end-to-end hash chains"));
  const store = cleanup.use(openLmdbStore({ path: join(folder, "ledger"), format: "ledger 1" }));
  const genesis = genesisOf(keys, seed);
  const node = await LedgerNode.open({ store, genesis, clock, log, metrics });
  const producer = new EmbeddedProducer({ node, key: keys.producer, seed, clock, log, params });
  cleanup.use(producer);
  const server = await createHttpServer({ log, metrics, title: "ledger", version: "0.1.0" });
  await ledgerRoutes(server, node, { ledgers: [] });
  const { url: ledgerUrl } = await listen(server, { port: 0 });
  cleanup.defer(() => server.close());

  let owners: MqttAuthorizer | undefined;
  const broker = cleanup.use(
    await startTestBroker({
      ...{ log, metrics, clock, chainId: CHAIN_ID, router: keys.router.address },
      owners: () => owners,
    }),
  );
  const sessions = await recordSessions(broker.bus("observer"));
  const ledger = cleanup.use(new HttpLedgerClient({ url: ledgerUrl, clock, log }));
  const events = new Recorder<LedgerEvent>();
  // From before the first block, so that none is missed while the stream opens.
  cleanup.defer(ledger.watch({ after: BEFORE_ALL }, events.add).cancel);
  producer.start();
  const senders = new Map<Address, TransactionSender>();
  const running = cleanup.move();
  return {
    ...{
      chainId: CHAIN_ID,
      params,
      folder,
      keys,
      ledgerUrl,
      ledger,
      broker,
      events,
      sessions,
      log,
    },
    send: (signer, body, options) => sendFrom({ ledger, events, senders, signer, body, options }),
    admitOwners: (mqtt) => {
      owners = mqtt;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function makeKeys(): TestKeys {
  return Object.fromEntries([...people, ...machines].map((n) => [n, testKey(n)])) as TestKeys;
}

function genesisOf(keys: TestKeys, seed: Uint8Array) {
  return {
    chainId: CHAIN_ID,
    time: realClock.now(),
    params: "minimal",
    producer: genesisProducer({ key: keys.producer, seed, stakeMotes: tokens(10_000) }),
    oracles: [],
    priceMicroUsd: PRICE_MICRO_USD,
    accounts: people.map((name) => ({
      address: keys[name].address,
      motes: GRANT_TOKENS,
      dc: GRANT_DC,
    })),
  } as const;
}

async function sendFrom(input: {
  readonly ledger: HttpLedgerClient;
  readonly events: Recorder<LedgerEvent>;
  readonly senders: Map<Address, TransactionSender>;
  readonly signer: KeyPair;
  readonly body: BodyWithoutCommon;
  readonly options: SendOptions | undefined;
}): Promise<void> {
  const { ledger, events, senders, signer, body, options } = input;
  let sender = senders.get(signer.address);
  if (sender === undefined) {
    const facts = { chainId: CHAIN_ID, params: minimalParams, clock: realClock };
    sender = new TransactionSender({ client: ledger, signer, ...facts });
    senders.set(signer.address, sender);
  }
  const outcome = await sender.send(body, options);
  if (outcome.outcome === "refused") {
    throw new Error(`${body.kind} refused: ${outcome.reason} ${JSON.stringify(outcome.detail)}`);
  }
  const event = await events.until((items) =>
    items.find((item) => item.kind === "transaction" && item.transaction.id === outcome.id),
  );
  if (event.kind !== "transaction" || event.transaction.outcome !== "applied") {
    throw new Error(`${body.kind} had no effect`);
  }
}

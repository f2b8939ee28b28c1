/**
 * Transfers per second through mempool, signed blocks and the LMDB store, beside bare signature
 * verification in the same run. One line of JSON. `node bench/ledger.ts`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EmbeddedProducer, genesisProducer, LedgerNode } from "@katydid/ledger";
import { createMetrics, openLmdbStore, realClock, silentLog } from "@katydid/platform";
import {
  type Dc,
  encodeTransaction,
  type Height,
  type KeyPair,
  keyPairFromSeed,
  mainParams,
  microUsd,
  publicKeyOf,
  sha256,
  signTransaction,
  type Transaction,
  tokens,
  transactionId,
  utf8,
  verifySignature,
  withLeastFee,
} from "@katydid/protocol";

const CHAIN_ID = "bench";
const ACTORS = 500;
const PER_ACTOR = 10;
const BLOCK_TRANSACTIONS = 1000;
const TRANSACTIONS = ACTORS * PER_ACTOR;

const keysOf = (name: string): KeyPair => keyPairFromSeed(sha256(utf8(`bench ${name}`)));
const actors = Array.from({ length: ACTORS }, (_, at) => keysOf(`actor ${at}`));
const producerKey = keysOf("producer");
const seed = sha256(utf8("bench seed"));

function transfer(actor: KeyPair, nonce: number): Transaction {
  const payee = actors[(actors.indexOf(actor) + nonce) % ACTORS]?.address ?? actor.address;
  const body = withLeastFee({
    params: mainParams,
    body: {
      kind: "transfer" as const,
      actor: actor.address,
      nonce,
      feeDc: 0n as Dc,
      expiryHeight: 0 as Height,
      payments: [{ payee, motes: tokens(1), memo: new Uint8Array(0) }],
    },
  });
  return signTransaction({ chainId: CHAIN_ID, body, signers: [actor] });
}

/** Round after round, so that a block touches as many accounts as there are. */
const transactions = Array.from({ length: PER_ACTOR }, (_, round) =>
  actors.map((actor) => transfer(actor, round + 1)),
).flat();

const seconds = (since: number): number => (performance.now() - since) / 1000;

function verifyAll(): number {
  const since = performance.now();
  for (const { body, signatures } of transactions) {
    const [signature] = signatures;
    const digest = transactionId({ chainId: CHAIN_ID, body });
    const publicKey = publicKeyOf(body.actor);
    if (signature === undefined || !verifySignature({ publicKey, digest, signature })) {
      throw new Error("a signature of our own does not hold");
    }
  }
  return TRANSACTIONS / seconds(since);
}

async function runLedger(folder: string): Promise<{ rate: number; blocks: number }> {
  await using store = openLmdbStore({ path: folder });
  const node = await LedgerNode.open({
    store,
    clock: realClock,
    log: silentLog,
    metrics: createMetrics(),
    genesis: {
      chainId: CHAIN_ID,
      time: realClock.now(),
      params: "main",
      producer: genesisProducer({ key: producerKey, seed, stakeMotes: tokens(10_000) }),
      oracles: [],
      priceMicroUsd: microUsd(1_000_000),
      accounts: actors.map(({ address }) => ({
        address,
        motes: tokens(1000),
        dc: 10_000n as Dc,
      })),
    },
  });
  const common = { node, clock: realClock, log: silentLog, params: mainParams };
  await using producer = new EmbeddedProducer({ ...common, key: producerKey, seed });
  const encoded = transactions.map(encodeTransaction);
  const since = performance.now();
  for (const [at, bytes] of encoded.entries()) {
    const outcome = node.submit(bytes);
    if (outcome.outcome === "refused") throw new Error(`refused: ${outcome.reason}`);
    if ((at + 1) % BLOCK_TRANSACTIONS === 0) await producer.produce();
  }
  const rate = TRANSACTIONS / seconds(since);
  if (node.hasTransactions) throw new Error("not every transaction is in a block");
  return { rate, blocks: node.height };
}

const folder = mkdtempSync(join(tmpdir(), "katydid-bench-"));
try {
  verifyAll();
  const verifications = verifyAll();
  const { rate, blocks } = await runLedger(folder);
  const line = {
    bench: "ledger",
    transactions: TRANSACTIONS,
    blocks,
    transactionsPerSecond: Math.round(rate),
    verificationsPerSecond: Math.round(verifications),
    ratio: Number((rate / verifications).toFixed(3)),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}

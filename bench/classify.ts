/**
 * What the block costs that ends an epoch with classifiers: at 1,000, 4,000 and 16,000 hotspots, each
 * with the counters of its 16 nearest, a day of held pay, and one in a hundred found out. One line of
 * JSON with the processor time that it costs a hotspot, beside the smallest network: 1 is growth with
 * their number. `node bench/classify.ts`
 */
import {
  ActiveIndex,
  activeTable,
  applyBlock,
  dueTable,
  earningTable,
  genesisDraft,
  hearingTable,
  holdbackKey,
  holdbackTable,
  hotspotTable,
  producerIdOf,
} from "@katydid/ledger/transition";
import {
  type Address,
  addressBytes,
  addressOf,
  type Cell,
  cellAt,
  compareAddresses,
  type Db,
  type Height,
  keyPairFromSeed,
  LOCATION_RESOLUTION,
  mainParams,
  microUsd,
  milliseconds,
  motes,
  NEAR_MAX,
  sha256,
  tokens,
  u32Bytes,
  utf8,
  verifySignature,
  windowAt,
} from "@katydid/protocol";

const SIZES = [1000, 4000, 16_000];
const ROUNDS = 3;
/** One liar in so many. */
const LIAR_EVERY = 100;
const HELD_EPOCHS = 24;
const EPOCH_MS = mainParams.epochSeconds * 1000;
/** The last epoch before the classifiers look, a day and more after the start. */
const EPOCH = 5 * mainParams.classifierEpochs - 1;
const SPACING_DEGREES = 0.008;
type Draft = ReturnType<typeof genesisDraft>;
const link = sha256(utf8("bench link"));
const producer = keyPairFromSeed(sha256(utf8("bench producer")));

interface Place {
  readonly address: Address;
  readonly cell: Cell;
  readonly isLiar: boolean;
}

/** A square of places some 800 m apart, and for each the places around it. */
function square(count: number): { places: readonly Place[]; near: readonly (readonly Place[])[] } {
  const side = Math.ceil(Math.sqrt(count));
  const places = Array.from({ length: count }, (_, at): Place => {
    const latDegrees = 40 + Math.floor(at / side) * SPACING_DEGREES;
    const lngDegrees = -105 + (at % side) * SPACING_DEGREES;
    return {
      address: addressOf(sha256(u32Bytes(at))),
      cell: cellAt({ latDegrees, lngDegrees }, LOCATION_RESOLUTION),
      isLiar: at % LIAR_EVERY === 0,
    };
  });
  const steps = [-2, -1, 0, 1, 2];
  const near = places.map((_, at) => {
    const around = steps.flatMap((y) =>
      steps.flatMap((x) => {
        const column = (at % side) + x;
        const isSelf = x === 0 && y === 0;
        return isSelf || column < 0 || column >= side ? [] : (places[at + y * side + x] ?? []);
      }),
    );
    return around.slice(0, NEAR_MAX).sort((a, b) => compareAddresses(a.address, b.address));
  });
  return { places, near };
}

function stateOf(count: number): Draft {
  const draft = genesisDraft({
    chainId: "bench",
    time: milliseconds(0),
    params: "main",
    producer: {
      owner: producer.address,
      stakeMotes: tokens(10_000),
      producerKey: producer.publicKey,
      chainTip: sha256(link),
      chainLength: 10,
    },
    oracles: [],
    priceMicroUsd: microUsd(1_000_000),
    accounts: [],
  });
  for (const [key] of [...draft.range(dueTable)]) draft.put(dueTable, key, undefined);
  const endsAt = milliseconds((EPOCH + 1) * EPOCH_MS);
  draft.schedule({ kind: "epoch", at: endsAt, id: new Uint8Array(0) });
  const protocolTime = milliseconds(endsAt - 1000);
  draft.updateChain({ protocolTime, epoch: EPOCH, hotspots: count, active: count });
  draft.updateChain({ activeHash: sha256(u32Bytes(count)) });
  const { places, near } = square(count);
  places.forEach((place, at) => {
    settle(draft, place, near[at] ?? []);
  });
  return draft;
}

/** One hotspot's rows. */
function settle(draft: Draft, { address, cell }: Place, near: readonly Place[]): void {
  const key = addressBytes(address);
  const at = milliseconds(0);
  const none = motes(0n);
  const pay = motes(1_000_000n);
  const shares = near.map((one) => ({ partner: one.address, amount: pay }));
  const sum = motes(pay * BigInt(near.length));
  const held = motes((2n * sum + pay) * BigInt(HELD_EPOCHS));
  const bond = tokens(1);
  draft.put(activeTable, key, { cell, bonded: true, denied: false, silencedUntil: at });
  draft.put(hotspotTable, key, {
    ...{ owner: producer.address, bondPayer: producer.address, bond, bondFull: bond },
    ...{ addedAt: at, cell, gainDbi: 1 as Db, elevationMeters: 10, locatedAt: at },
    ...{ freeAssertAt: at, presenceAt: at, lastActiveAt: at, silencedUntil: at },
    ...{ leftAt: undefined, beaconedAt: [at], witnessedAt: [at], past: [] },
    ...{ firstBeaconedAt: at, firstWitnessedAt: at, graceWitness: none, graceBeaconer: none },
    ...{ earnedData: none, earnedCoverage: none, held },
  });
  draft.adjustSupply({ held, minted: held, bonds: bond, genesis: bond });
  const window = windowAt({ params: mainParams, now: draft.chain.protocolTime });
  const edges = near.map((one) => ({
    ...{ witness: one.address, near: true, tried: 40, flightGood: 0, flightBad: 0 },
    ...(one.isLiar
      ? { heard: 0, rssiDbmSum: 0, above: 40 }
      : { heard: 30, rssiDbmSum: -110 * 30, above: 0 }),
  }));
  draft.put(hearingTable, key, { window, beacons: 40, edges });
  draft.put(earningTable, key, {
    ...{ challengerUnits: pay, beaconerUnits: sum, witnessUnits: sum },
    ...{ graceBeaconerUnits: none, graceWitnessUnits: none, asBeaconer: shares, asWitness: shares },
    ...{ dc: 0n as never, dcMotes: none },
  });
  for (let epoch = EPOCH - HELD_EPOCHS; epoch < EPOCH; epoch++) {
    draft.put(holdbackTable, holdbackKey({ epoch, hotspot: address }), {
      releaseAt: milliseconds((epoch + 1) * EPOCH_MS + mainParams.holdbackSeconds * 1000),
      ...{ challenger: pay, beaconer: sum, witness: sum },
      ...{ graceBeaconer: none, graceWitness: none, asBeaconer: shares, asWitness: shares },
    });
  }
}

/** The best of some rounds; the state is never changed. */
function measure(count: number) {
  const state = stateOf(count);
  let best = Number.POSITIVE_INFINITY;
  let found = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const since = process.cpuUsage();
    const outcome = applyBlock(
      state,
      {
        height: 1 as Height,
        blockTime: milliseconds(1000),
        proposer: producerIdOf(producer.publicKey),
        link,
        transactions: [],
      },
      { verify: verifySignature, index: new ActiveIndex() },
    );
    const { user, system } = process.cpuUsage(since);
    best = Math.min(best, user + system);
    if (outcome.outcome !== "applied") throw new Error("the block is ours");
    found = outcome.events.filter(({ kind }) => kind === "classified").length;
  }
  return { count, found, microsecondsEach: best / count };
}

const measured = SIZES.map(measure);
const [smallest] = measured;
const figures = measured.map(({ count, found, microsecondsEach }) => ({
  hotspots: count,
  found,
  microsecondsEach: Math.round(microsecondsEach),
  ratio: Number((microsecondsEach / (smallest?.microsecondsEach ?? 1)).toFixed(2)),
}));
console.log(JSON.stringify({ bench: "classify", figures, ratio: figures.at(-1)?.ratio }));

/**
 * The target: obeys one order, transmits one beacon, says so once.
 *
 * An order is obeyed if it is the one whose secret the ledger has the hash of, and if it comes early
 * enough for witnesses to commit to what they hear before the reveal (policy.ts). Before the beacon
 * the order is on disk, and before the receipt is sent so is the receipt, beside the order; asked
 * again, also after a restart, the same bytes go out. A receipt is signed only after the radio took
 * the beacon, and only where there is none yet: there can never be a second one.
 */
import type { TransmitOutcome } from "@katydid/firmware";
import type { LedgerEvent } from "@katydid/ledger/client";
import {
  BoundedMap,
  beaconFrame,
  beaconOf,
  beaconPayload,
  codec,
  encodeMessage,
  equalBytes,
  milliseconds,
  openOrder,
  payloadHash,
  sha256,
  signMessage,
  toHex,
  tryRegionPlan,
} from "@katydid/protocol";
import { ORDERS_EARLY_MAX, PAYLOADS_KNOWN_MAX, TARGETINGS_MAX } from "../limits.ts";
import { type ChallengeContext, committed } from "./context.ts";
import type { EvidenceKeeper } from "./evidence.ts";
import {
  CHALLENGE_KEY_BYTES,
  challengeKey,
  challengeName,
  type DrawnRow,
  drawnRow,
  type ObeyedRow,
  obeyedRow,
  rowKey,
} from "./rows.ts";

/** Tries to get the beacon past another transmission of this radio. */
const TRANSMIT_ATTEMPTS = 5;
const TRANSMIT_RETRY_MS = 300;
/** Copies of an order come by several relays: within this time it is not asked again. */
const COPY_WINDOW_MS = 1000;

interface Targeting {
  readonly drawn: DrawnRow;
  obeyed: ObeyedRow | undefined;
  underWay: boolean;
  askedAtMs: number;
}

type Beacon = ReturnType<typeof beaconOf>;
interface Chirped {
  readonly targeting: Targeting;
  readonly payload: Uint8Array;
  readonly beacon: Beacon;
  /** Of the end of transmission, where the chip knows it. */
  readonly fineTimeNs: number | undefined;
}
type TargetDrawn = Extract<LedgerEvent, { kind: "target-drawn" }>;

export class Target {
  readonly #context: ChallengeContext;
  readonly #evidence: EvidenceKeeper;
  readonly #targetings = new Map<string, Targeting>();
  /** Orders that overtook the ledger's word about them. */
  #early: Uint8Array[] = [];
  /** Own beacons: not to be witnessed. */
  readonly #payloads = new BoundedMap<string, true>(PAYLOADS_KNOWN_MAX);

  constructor(context: ChallengeContext, evidence: EvidenceKeeper) {
    this.#context = context;
    this.#evidence = evidence;
    this.#load();
  }

  isOwn(hash: string): boolean {
    return this.#payloads.get(hash) === true;
  }

  async onDrawn(event: TargetDrawn): Promise<void> {
    const { store, log, events } = this.#context;
    const name = challengeName(event.challenge);
    if (this.#targetings.has(name)) return;
    const key = challengeKey(event.challenge);
    // Told again after a restart, or forgotten in memory for want of room: never obeyed anew.
    const obeyed = store.get(rowKey(key, "O"));
    const { challenge, challenger, targetEntropy, secretHash, ephemeralKey, deadlineAt } = event;
    const drawn = { challenge, challenger, targetEntropy, secretHash, ephemeralKey, deadlineAt };
    this.#remember({
      drawn,
      obeyed: obeyed && codec.decode(obeyedRow, obeyed),
      underWay: false,
      askedAtMs: Number.NEGATIVE_INFINITY,
    });
    const ok = await committed({ store, log }, [{ key, value: codec.encode(drawnRow, drawn) }]);
    if (!ok) return;
    events.count("target", "drawn");
    const early = this.#early;
    this.#early = [];
    for (const bytes of early) await this.onOrder(bytes);
  }

  /** A sealed order, from whomever. */
  async onOrder(bytes: Uint8Array): Promise<void> {
    const { key, clock } = this.#context;
    for (const targeting of this.#targetings.values()) {
      const { drawn } = targeting;
      const ephemeralPublic = drawn.ephemeralKey;
      const order = openOrder({ bytes, seed: key.seed, ephemeralPublic });
      if (order === undefined) continue;
      if (order.target !== key.address || order.challenger !== drawn.challenger) return;
      if (challengeName(order.challenge) !== challengeName(drawn.challenge)) return;
      if (!equalBytes(sha256(order.secret), drawn.secretHash)) return;
      if (targeting.underWay || clock.now() - targeting.askedAtMs < COPY_WINDOW_MS) return;
      targeting.askedAtMs = clock.now();
      targeting.underWay = true;
      try {
        await this.#obey(targeting, order.secret);
      } finally {
        targeting.underWay = false;
      }
      return;
    }
    this.#early.push(bytes);
    if (this.#early.length > ORDERS_EARLY_MAX) this.#early.shift();
  }

  /**
   * Goes on where the last run of the process ended: killed between the receipt's row and its
   * sending, the challenger never had it.
   */
  async start(): Promise<void> {
    for (const { drawn, obeyed } of this.#targetings.values()) {
      if (obeyed?.receipt === undefined || this.#evidence.hasPayload(obeyed.receipt)) continue;
      if (this.#context.protocolClock.now() > drawn.deadlineAt) continue;
      const { challenger } = drawn;
      const payload = this.#payloadOf(drawn, obeyed.secret);
      await this.#evidence.add({ receipt: obeyed.receipt, report: undefined, challenger, payload });
    }
  }

  /** Drops what is over. */
  chores(): void {
    const { protocolClock, policy, store, log } = this.#context;
    for (const [name, { drawn }] of this.#targetings) {
      if (protocolClock.now() < drawn.deadlineAt + policy.evidenceKeepMs) continue;
      this.#targetings.delete(name);
      const key = challengeKey(drawn.challenge);
      void committed({ store, log }, [
        { key, value: undefined },
        { key: rowKey(key, "O"), value: undefined },
      ]);
    }
    this.#early = [];
  }

  async #obey(targeting: Targeting, secret: Uint8Array): Promise<void> {
    const { relays, events, protocolClock, policy, params } = this.#context;
    const { drawn } = targeting;
    const receipt = targeting.obeyed?.receipt;
    if (receipt !== undefined) {
      events.count("target", "asked-again");
      relays.publishTo(drawn.challenger, "receipt", encodeMessage(receipt));
      return;
    }
    const drawnAt = drawn.deadlineAt - params.challengeTimeoutSeconds * 1000;
    if (protocolClock.now() > drawnAt + policy.obeyWithinMs) {
      events.count("target", "order-late");
      events.note("target", drawn.challenge, "ordered too late for witnesses to be heard of");
      return;
    }
    if (targeting.obeyed === undefined) {
      if (!(await this.#keep(targeting, { secret, receipt: undefined }))) return;
      events.count("target", "obeyed");
    }
    await this.#chirp(targeting, secret);
  }

  async #chirp(targeting: Targeting, secret: Uint8Array): Promise<void> {
    const { self, events, log } = this.#context;
    const { challenge } = targeting.drawn;
    const plan = tryRegionPlan(self()?.region ?? "");
    if (plan === undefined) {
      log.warn({ challenge }, "ordered to chirp, but the ledger shows no region for this hotspot");
      return;
    }
    const payload = this.#payloadOf(targeting.drawn, secret);
    this.#payloads.set(toHex(payloadHash(payload)), true);
    const beacon = beaconOf({ payload, plan });
    const outcome = await this.#transmit(payload, beacon);
    if (outcome.outcome === "refused") {
      const refusal = outcome.reason;
      events.count("target", "radio-refused");
      events.note("target", challenge, `the radio did not transmit the beacon: ${refusal}`);
      log.warn({ challenge, refusal }, "beacon refused by the radio");
      return;
    }
    events.count("target", "chirped");
    events.note("target", challenge, `chirped on ${beacon.frequencyHz / 1e6} MHz`);
    await this.#sign({ targeting, payload, beacon, fineTimeNs: outcome.fineTimeNs });
  }

  async #transmit(payload: Uint8Array, beacon: Beacon): Promise<TransmitOutcome> {
    const { concentrator, clock } = this.#context;
    const { frequencyHz, dataRate, powerDbm } = beacon;
    let outcome: TransmitOutcome = { outcome: "refused", reason: "other" };
    for (let attempt = 0; attempt < TRANSMIT_ATTEMPTS; attempt++) {
      if (attempt > 0) await clock.sleep(TRANSMIT_RETRY_MS * 2 ** attempt);
      outcome = await concentrator.transmit({
        payload: beaconFrame(payload),
        frequencyHz,
        dataRate,
        powerDbm,
        codingRate: "4/5",
        // Other hotspots shall hear it, as they hear devices.
        invertPolarity: false,
        crc: true,
        when: { kind: "immediate" },
      });
      if (outcome.outcome === "accepted") break;
    }
    return outcome;
  }

  async #sign({ targeting, payload, beacon, fineTimeNs }: Chirped): Promise<void> {
    const { key, chainId, clock } = this.#context;
    const { challenge, challenger } = targeting.drawn;
    const { frequencyHz, dataRate, powerDbm } = beacon;
    const receipt = signMessage({
      chainId,
      signer: key,
      body: {
        kind: "receipt",
        challenge,
        target: key.address,
        payloadHash: payloadHash(payload),
        frequencyHz,
        dataRate,
        powerDbm,
        transmittedAt: milliseconds(Math.floor(clock.now())),
        ...(fineTimeNs === undefined ? {} : { fineTimeNs }),
      },
    });
    if (targeting.obeyed === undefined || targeting.obeyed.receipt !== undefined) return;
    if (!(await this.#keep(targeting, { ...targeting.obeyed, receipt }))) return;
    await this.#evidence.add({ receipt, report: undefined, challenger, payload });
  }

  /** On disk, then in memory. */
  async #keep(targeting: Targeting, obeyed: ObeyedRow): Promise<boolean> {
    const { store, log } = this.#context;
    const key = rowKey(challengeKey(targeting.drawn.challenge), "O");
    const value = codec.encode(obeyedRow, obeyed);
    if (!(await committed({ store, log }, [{ key, value }]))) return false;
    targeting.obeyed = obeyed;
    return true;
  }

  #remember(targeting: Targeting): void {
    this.#targetings.set(challengeName(targeting.drawn.challenge), targeting);
    if (this.#targetings.size <= TARGETINGS_MAX) return;
    for (const name of this.#targetings.keys()) {
      // Its rows go when chores of the next start find them out of date.
      this.#targetings.delete(name);
      return;
    }
  }

  #load(): void {
    const obeyed = new Map<string, ObeyedRow>();
    const drawn: DrawnRow[] = [];
    for (const [key, value] of this.#context.store.range()) {
      if (key.length === CHALLENGE_KEY_BYTES) drawn.push(codec.decode(drawnRow, value));
      else obeyed.set(toHex(key.slice(0, CHALLENGE_KEY_BYTES)), codec.decode(obeyedRow, value));
    }
    for (const row of drawn) {
      const found = obeyed.get(toHex(challengeKey(row.challenge)));
      this.#remember({
        drawn: row,
        obeyed: found,
        underWay: false,
        askedAtMs: Number.NEGATIVE_INFINITY,
      });
      if (found === undefined) continue;
      const payload = this.#payloadOf(row, found.secret);
      this.#payloads.set(toHex(payloadHash(payload)), true);
    }
  }

  #payloadOf({ targetEntropy }: DrawnRow, secret: Uint8Array): Uint8Array {
    return beaconPayload({ secret, targetEntropy, target: this.#context.key.address });
  }
}

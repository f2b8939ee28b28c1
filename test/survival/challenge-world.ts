/**
 * Challenges among mortal agents and one challenger that means ill, over a broker that loses, repeats
 * and reorders and on which someone says again whatever he has heard. The ledger is scripted: it keeps
 * the rules of opening and revealing, and tells a process what it missed.
 */
import assert from "node:assert/strict";
import { createAgent } from "@katydid/hotspot-agent";
import {
  CHAIN_ID,
  frameOf,
  hotspotView,
  keyOf,
  noMetrics,
  TestConcentrator,
  TestLedger,
} from "@katydid/hotspot-agent/testing";
import type { LedgerEvent, SubmitOutcome, WatchOptions } from "@katydid/ledger/client";
import { type Random, silentLog } from "@katydid/platform";
import {
  type Acknowledgement,
  type Address,
  beaconPayload,
  type ChallengeId,
  type ChallengeReceipts,
  cellAt,
  decodeMessage,
  decodeTransaction,
  ephemeralKeyPair,
  type KeyPair,
  mainParams,
  milliseconds,
  type OpenChallenge,
  payloadHash,
  type SignedReceipt,
  sealOrder,
  sha256,
  toHex,
  toTopic,
  utf8,
} from "@katydid/protocol";
import { World } from "@katydid/simulator";
import { HostileBroker } from "./broker.ts";
import { Disk } from "./disk.ts";
import { Life } from "./life.ts";

export const mallory = keyOf("mallory");
const honest = ["ann", "ben", "cid", "dot"].map(keyOf);
const SLOT_MS = 30_000;
const LIFE_MS = 60_000;
const CUT_SHARE = 0.08;
const PAUSE_MS_MAX = 3000;
/** Someone says again what he heard once in so long, ms. */
const REPLAY_MS = 1500;

interface Mortal {
  readonly key: KeyPair;
  readonly disk: Disk;
  life: Life | undefined;
  radio: TestConcentrator | undefined;
  runs: number;
}

export interface Drawn {
  readonly challenge: ChallengeId;
  readonly challenger: KeyPair;
  readonly opened: Map<string, OpenChallenge>;
  target: Address | undefined;
  reveal: ChallengeReceipts | undefined;
}

/** Tells again what happened since, as a node does. */
class RememberingLedger extends TestLedger {
  readonly told: LedgerEvent[] = [];
  onSubmit: (bytes: Uint8Array) => SubmitOutcome = () => ({ outcome: "accepted", id: "" });

  override watch(options: WatchOptions, handler: (event: LedgerEvent) => void) {
    const { after, subjects, kinds } = options;
    if (after !== undefined) {
      const from = this.told.findIndex(({ sequence }) => sequence === after) + 1;
      const missed = this.told.slice(from).filter((event) => {
        if (kinds !== undefined && !kinds.includes(event.kind)) return false;
        return subjects === undefined || subjects.some((one) => event.subjects.includes(one));
      });
      for (const event of missed) queueMicrotask(() => handler(event));
    }
    return super.watch(options, handler);
  }

  override async submit(bytes: Uint8Array): Promise<SubmitOutcome> {
    return this.onSubmit(bytes);
  }
}

export class MortalChallenges {
  readonly world: World;
  readonly broker: HostileBroker;
  readonly challenges: Drawn[] = [];
  kills = 0;
  readonly #ledger: RememberingLedger;
  readonly #chaos: Random;
  readonly #mortals: Mortal[];
  #hostile = true;

  constructor(seed: string) {
    this.world = new World({ seed: `challenges ${seed}` });
    const { clock } = this.world;
    this.#chaos = this.world.random("chaos");
    const nuisance = { lost: 0.1, repeated: 0.1, delayMsMax: 400 };
    this.broker = new HostileBroker({ clock, random: this.world.random("broker"), nuisance });
    this.#ledger = new RememberingLedger(clock);
    this.#ledger.relayViews = [{ operator: keyOf("relay").address, url: "mqtt://relay" }];
    this.#ledger.watch({}, (event) => this.#ledger.told.push(event));
    this.#ledger.onSubmit = (bytes) => this.#onSubmit(bytes);
    for (const [i, { address }] of [...honest, mallory].entries()) {
      const cell = cellAt({ latDegrees: 48 + i / 50, lngDegrees: 11 }, 12);
      this.#ledger.hotspotViews.set(address, hotspotView(address, cell));
    }
    this.#mortals = honest.map((key) => {
      const disk = new Disk({ clock, random: this.world.random(`disk of ${key.address}`) });
      return { key, disk, life: undefined, radio: undefined, runs: 0 };
    });
  }

  /** Slot after slot, then until the last late window is over. */
  async run({ slots }: { readonly slots: number }): Promise<void> {
    const { clock } = this.world;
    for (const mortal of this.#mortals) this.#live(mortal);
    this.#replay();
    await this.world.run({ untilMs: clock.now() + 5000 });
    for (let slot = 100; slot < 100 + slots; slot++) {
      this.#draw(slot);
      await this.world.run({ untilMs: clock.now() + SLOT_MS });
    }
    await this.world.run({ untilMs: clock.now() + 500_000 });
    this.#hostile = false;
    for (const { life } of this.#mortals) life?.end();
  }

  receipts(): SignedReceipt[] {
    return this.#said().flatMap((message) => (message.kind === "receipt" ? [message] : []));
  }

  /** Of honest challengers. */
  acknowledgements(): Acknowledgement[] {
    return this.#said().flatMap((message) =>
      message.kind === "acknowledgement" && message.challenger !== mallory.address ? [message] : [],
    );
  }

  #said() {
    return this.broker.published.flatMap(({ topic, payload }) => {
      if (!topic.endsWith("/receipt") && !topic.endsWith("/ack")) return [];
      return [decodeMessage(payload)];
    });
  }

  #live(mortal: Mortal): void {
    const { clock } = this.world;
    const { key, disk } = mortal;
    const life = new Life();
    const radio = new TestConcentrator();
    mortal.runs++;
    Object.assign(mortal, { life, radio });
    disk.onWrite = (durableInMs) => {
      if (!this.#hostile || this.#chaos.unit() >= CUT_SHARE) return;
      clock.after(this.#chaos.unit() * 1.2 * durableInMs, () => this.#kill(mortal, life));
    };
    const random = this.#chaos.stream(`trouble ${mortal.runs}`);
    const share = () => (this.#hostile ? 0.03 : 0);
    const agent = createAgent({
      ...{ key, concentrator: radio, region: "EU868", log: silentLog, metrics: noMetrics },
      network: { chainId: CHAIN_ID },
      ledger: life.ledger(this.#ledger, { random, share, chainId: CHAIN_ID }),
      busTo: () => life.bus(this.broker.bus()),
      ...{ clock: life.clock(clock), store: disk.open() },
      random: this.world.random(`${key.address} ${mortal.runs}`),
    });
    agent.start().catch(() => clock.after(500, () => this.#kill(mortal, life)));
    clock.after(-Math.log(1 - this.#chaos.unit()) * LIFE_MS, () => this.#kill(mortal, life));
    this.#carry(radio, life);
  }

  /** What one radio sends, the others hear. */
  #carry(radio: TestConcentrator, life: Life): void {
    const { clock } = this.world;
    let carried = 0;
    const timer = clock.every(100, () => {
      if (!life.alive) return timer.cancel();
      for (; carried < radio.transmitted.length; carried++) {
        const sent = radio.transmitted[carried];
        for (const other of this.#mortals) {
          if (sent === undefined || other.radio === radio || other.life?.alive !== true) continue;
          const { frequencyHz, dataRate, payload } = sent;
          other.radio?.hear(frameOf(payload, { frequencyHz, dataRate, receivedAt: clock.now() }));
        }
      }
    });
  }

  #kill(mortal: Mortal, life: Life): void {
    if (!life.alive || !this.#hostile) return;
    life.end();
    mortal.disk.cut();
    this.kills++;
    this.world.clock.after(this.#chaos.unit() * PAUSE_MS_MAX, () => this.#live(mortal));
  }

  #replay(): void {
    const { published } = this.broker;
    const old = published[this.#chaos.below(Math.max(1, published.length))];
    if (old !== undefined) this.broker.deliver(old.topic, old.payload);
    const waitMs = this.#chaos.unit() * 2 * REPLAY_MS;
    if (this.#hostile) this.world.clock.after(waitMs, () => this.#replay());
  }

  #draw(slot: number): void {
    const { clock } = this.world;
    const pick = this.#chaos.below(3);
    const challenger = pick === 0 ? mallory : honest[pick];
    assert(challenger);
    const drawn: Drawn = {
      challenge: { slot, index: 0 },
      challenger,
      opened: new Map(),
      target: undefined,
      reveal: undefined,
    };
    this.challenges.push(drawn);
    const challengers = [challenger.address];
    const openUntil = milliseconds(this.#ledger.protocolTime + 60_000);
    this.#ledger.emit({ kind: "slot-drawn", subjects: challengers, slot, challengers, openUntil });
    const secret = sha256(utf8(`mallory's ${slot}`));
    const ephemeral = ephemeralKeyPair(sha256(secret));
    if (challenger === mallory) {
      const secretHash = sha256(secret);
      drawn.opened.set(toHex(secretHash), {
        ...({ kind: "open-challenge", challenge: drawn.challenge, secretHash } as OpenChallenge),
        ephemeralKey: ephemeral.publicKey,
      });
    }
    clock.after(60_500, () => this.#drawTarget(drawn, { secret, ephemeral }));
  }

  #drawTarget(drawn: Drawn, own: MallorysSecret): void {
    const [open] = drawn.opened.values();
    if (open === undefined) return;
    const { challenge } = drawn;
    const challenger = drawn.challenger.address;
    const others = honest.filter(({ address }) => address !== challenger);
    const target = others[this.#chaos.below(others.length)]?.address;
    assert(target);
    drawn.target = target;
    const deadlineAt = milliseconds(
      this.#ledger.protocolTime + mainParams.challengeTimeoutSeconds * 1000,
    );
    this.#ledger.challengeViews.set(`${challenge.slot}/${challenge.index}`, {
      ...{ challenge, challenger, target, deadlineAt, witnesses: [], state: "targeted" },
      drawnAt: this.#ledger.protocolTime,
    });
    const { secretHash, ephemeralKey } = open;
    this.#ledger.emit({
      kind: "target-drawn",
      subjects: [challenger, target],
      ...{ challenge, challenger, target, secretHash, ephemeralKey, deadlineAt },
      targetEntropy: entropyOf(drawn),
    });
    if (drawn.challenger === mallory) this.#attack(drawn, own);
  }

  /** Orders of all sorts, at any time, also long after the reveal; and an early reveal. */
  #attack(drawn: Drawn, { secret, ephemeral }: MallorysSecret): void {
    const { clock } = this.world;
    const { target } = drawn;
    assert(target);
    const good = { kind: "order", challenge: drawn.challenge, target, secret } as const;
    const order = { ...good, challenger: mallory.address };
    const orders = [
      order,
      order,
      order,
      { ...order, secret: sha256(utf8("another")) },
      { ...order, challenge: { ...drawn.challenge, index: 1 } },
      { ...order, challenger: target },
    ];
    for (let i = 0; i < 40; i++) {
      const chosen = orders[this.#chaos.below(orders.length)] ?? order;
      const sealed = sealOrder({ order: chosen, ephemeral });
      if (sealed === undefined) continue;
      clock.after(this.#chaos.unit() ** 2 * 600_000, () =>
        this.broker.publish(toTopic(target, "order"), sealed),
      );
    }
    clock.after(this.#chaos.unit() * 250_000, () => this.#revealed(drawn, secret));
  }

  #onSubmit(bytes: Uint8Array): SubmitOutcome {
    const { body } = decodeTransaction(bytes);
    const accepted = { outcome: "accepted", id: toHex(sha256(bytes)) } as const;
    if (body.kind !== "open-challenge" && body.kind !== "challenge-receipts") return accepted;
    const drawn = this.challenges.find(({ challenge }) => challenge.slot === body.challenge.slot);
    assert(drawn && drawn.challenger.address === body.actor);
    const refused = (reason: string) => ({ outcome: "refused", reason, detail: {} }) as const;
    if (body.kind === "open-challenge") {
      drawn.opened.set(toHex(body.secretHash), body);
      return drawn.opened.size === 1 && drawn.target === undefined
        ? accepted
        : refused("already-opened");
    }
    if (drawn.reveal !== undefined) return refused("not-targeted");
    drawn.reveal = body;
    this.world.clock.after(3000, () => this.#revealed(drawn, body.secret));
    return accepted;
  }

  #revealed(drawn: Drawn, secret: Uint8Array): void {
    const { challenge, target, reveal } = drawn;
    assert(target);
    const targetEntropy = entropyOf(drawn);
    const hash = payloadHash(beaconPayload({ secret, targetEntropy, target }));
    const reported = reveal?.reports.map(({ signed }) => signed.witness) ?? [];
    const challenger = drawn.challenger.address;
    this.#ledger.emit({
      kind: "challenge-revealed",
      subjects: [challenger, target, ...reported, `payload:${toHex(hash).slice(0, 16)}`],
      ...{ challenge, challenger, target, payloadHash: hash, reported, listed: [] },
      receipted: reveal?.receipt !== undefined,
      ...(reveal?.receipt && { receiptedAt: reveal.receipt.acknowledgedAt }),
      reportedAt: reveal?.reports.map(({ acknowledgedAt }) => acknowledgedAt) ?? [],
      lateUntil: milliseconds(this.#ledger.protocolTime + mainParams.lateSeconds * 1000),
    });
  }
}

interface MallorysSecret {
  readonly secret: Uint8Array;
  readonly ephemeral: ReturnType<typeof ephemeralKeyPair>;
}

function entropyOf({ challenge }: Drawn): Uint8Array {
  return sha256(utf8(`entropy ${challenge.slot}`));
}

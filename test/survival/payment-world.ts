/** One router, some hotspots, one device and a real ledger; all but the ledger are mortal. */
import assert from "node:assert/strict";
import { createAgent } from "@katydid/hotspot-agent";
import { frameOf, noMetrics, TestConcentrator } from "@katydid/hotspot-agent/testing";
import { EmbeddedProducer, genesisProducer, LedgerNode } from "@katydid/ledger";
import { type ChannelView, DirectLedgerClient, TransactionSender } from "@katydid/ledger/client";
import { type Random, silentLog } from "@katydid/platform";
import {
  type Address,
  addressFromBytes,
  buildDataFrame,
  dataRate,
  dc,
  decodeMessage,
  hertz,
  type KeyPair,
  keyPairFromSeed,
  MAC_BYTES,
  type Message,
  microUsd,
  minimalParams,
  type SignedVoucher,
  sha256,
  toHex,
  tokens,
  utf8,
} from "@katydid/protocol";
import { createRouter, type Router } from "@katydid/router";
import { World } from "@katydid/simulator";
import { calm, HostileBroker } from "./broker.ts";
import { Disk } from "./disk.ts";
import { Life } from "./life.ts";

const CHAIN_ID = "katydid-survival";
const URL = "mqtt://router.example:1883";
const params = minimalParams;
const keys = { nwkSKey: new Uint8Array(16).fill(1), appSKey: new Uint8Array(16).fill(2) };
const channelPolicy = {
  ...{ depositDc: dc(10_000n), lifetimeSeconds: 90, renewAtPercent: 80 },
  closeMarginSeconds: 15,
};
/** Mean life of a process, if no write ends it, and the longest pause before the next one, ms. */
const LIFE_MS = 4500;
/** Share of writes in the middle of which the power goes. */
const CUT_SHARE = 0.03;
const PAUSE_MS_MAX = 400;
const FRAME_PERIOD_MS = 120;
/** Between two old messages that are said again, at most, ms. */
const REPLAY_MS = 1000;
/** From purchase to delivery: gathering, and some writes. */
const DELIVERY_MS = 300;

const keyOf = (name: string): KeyPair => keyPairFromSeed(sha256(utf8(`survival ${name}`)));

interface Mortal {
  readonly name: string;
  readonly disk: Disk;
  readonly start: (life: Life, run: number) => Promise<void>;
  life: Life | undefined;
  runs: number;
}

export class PaymentWorld {
  readonly world: World;
  readonly broker: HostileBroker;
  readonly owed = new Map<string, number>();
  readonly stakes = new Map<string, bigint>();
  readonly frames = new Map<number, Uint8Array>();
  readonly delivered: { readonly fCnt: number; readonly paidTo: readonly string[] }[] = [];
  readonly kills = { router: 0, hotspots: 0 };
  emittedBeforeRouterKills = 0;
  readonly #chaos: Random;
  readonly #mortals: Mortal[] = [];
  readonly #radios = new Map<Mortal, TestConcentrator>();
  readonly #emittedAt: number[] = [];
  readonly #hotspots: readonly KeyPair[];
  #node: LedgerNode | undefined;
  #router: Router | undefined;
  #hostile = false;
  #devAddr = 0;

  private constructor({ seed, hotspots }: { seed: string; hotspots: number }) {
    this.world = new World({ seed: `survival ${seed}` });
    const { clock } = this.world;
    this.#chaos = this.world.random("chaos");
    const nuisance = { lost: 0.03, repeated: 0.05, delayMsMax: 60 };
    this.broker = new HostileBroker({ clock, random: this.world.random("broker"), nuisance });
    this.#hotspots = Array.from({ length: hotspots }, (_, i) => keyOf(`hotspot ${i}`));
  }

  static async found(options: { seed: string; hotspots: number }): Promise<PaymentWorld> {
    const made = new PaymentWorld(options);
    await made.world.settle(made.#startLedger());
    await made.world.settle(made.#register());
    made.#addRouter();
    for (const key of made.#hotspots) made.#addHotspot(key);
    return made;
  }

  /** Frames come, and everyone dies now and then. */
  async runHostile({ seconds }: { seconds: number }): Promise<void> {
    const { clock } = this.world;
    this.#hostile = true;
    const untilMs = clock.now() + seconds * 1000;
    for (const mortal of this.#mortals) this.#live(mortal);
    const emit = () => {
      if (clock.now() >= untilMs - 5000) return;
      this.#emit();
      clock.after(FRAME_PERIOD_MS * (0.5 + this.#chaos.unit()), emit);
    };
    clock.after(3000, emit);
    this.#replay();
    await this.world.run({ untilMs });
  }

  /** Nobody dies any more, until all channels that were bought on are settled. */
  async runCalm(): Promise<void> {
    this.#hostile = false;
    this.broker.nuisance = calm;
    const { clock } = this.world;
    const after = (channelPolicy.lifetimeSeconds + params.channelGraceSeconds + 30) * 1000;
    await this.world.run({ untilMs: clock.now() + after });
    // No further channel matters: those that are open were not bought on.
    for (const { life } of this.#mortals) life?.end();
  }

  /** That something was owed on. */
  async channels(): Promise<readonly ChannelView[]> {
    const views = await new DirectLedgerClient(this.node).channels(keyOf("router").address);
    const used = new Set([...this.owed.keys()].map((key) => key.split(" ")[0]));
    return views.filter(({ id }) => used.has(toHex(id)));
  }

  /** All that ever left the router, lost or not. */
  vouchers(): SignedVoucher[] {
    return this.#said().flatMap(({ message }) => (message.kind === "voucher" ? [message] : []));
  }

  /** What each hotspot was told that was bought, DC, whether it heard it or not. */
  told(): ReadonlyMap<string, number> {
    const told = new Map<string, number>();
    for (const { hotspot, message } of this.#said()) {
      if (message.kind !== "decision" || message.outcome.kind !== "bought") continue;
      told.set(hotspot, (told.get(hotspot) ?? 0) + Number(message.outcome.dc));
    }
    return told;
  }

  #said(): { readonly hotspot: string; readonly message: Message }[] {
    return this.broker.published.flatMap(({ topic, payload }) => {
      if (!topic.startsWith("kd/down/") || payload[0] !== 0 || payload.length === 0) return [];
      const hotspot = this.#hotspots.find(({ address }) => topic.includes(address))?.address ?? "";
      return [{ hotspot, message: decodeMessage(payload.subarray(4, -MAC_BYTES)) }];
    });
  }

  deviceFigures(): { readonly dc: number; readonly packets: number } {
    const [entry] = this.#router?.devices.all() ?? [];
    assert(entry);
    return { dc: entry.dc, packets: entry.packets };
  }

  get node(): LedgerNode {
    assert(this.#node);
    return this.#node;
  }

  async #startLedger(): Promise<void> {
    const { world } = this;
    const { clock, log } = world;
    const producer = keyOf("producer");
    const seed = sha256(utf8("chain"));
    const grant = (key: KeyPair) => ({ address: key.address, motes: tokens(1_000_000) });
    const genesis = {
      chainId: CHAIN_ID,
      time: clock.now(),
      params: params.name,
      producer: genesisProducer({ key: producer, seed, stakeMotes: params.validatorStake }),
      oracles: [],
      priceMicroUsd: microUsd(2_000_000),
      accounts: [grant(producer), grant(keyOf("owner"))],
      relays: [],
    };
    const store = world.store("ledger");
    this.#node = await LedgerNode.open({ store, genesis, clock, log, metrics: noMetrics });
    const node = this.#node;
    const making = new EmbeddedProducer({ node, key: producer, seed, clock, log, params });
    making.closed.catch((cause: unknown) => {
      throw cause;
    });
    making.start();
    node.watch({}, (event) => {
      if (event.kind !== "channel-changed") return;
      const id = toHex(event.channel.id);
      if (!this.stakes.has(id)) this.stakes.set(id, event.channel.stake);
    });
  }

  async #register(): Promise<void> {
    const owner = keyOf("owner");
    const router = keyOf("router");
    const client = new DirectLedgerClient(this.node);
    const { clock } = this.world;
    const sender = new TransactionSender({
      ...{ client, clock, params },
      signer: owner,
      chainId: CHAIN_ID,
    });
    const must = async (...args: Parameters<TransactionSender["send"]>) => {
      const outcome = await sender.send(...args);
      assert.equal(outcome.outcome, "accepted", JSON.stringify(outcome.outcome));
    };
    const register = { router: router.address, endpoints: [URL], slabs: 1 };
    await must({ kind: "register-router", ...register }, { cosigners: [router] });
    await must({ kind: "burn", motes: tokens(10_000), beneficiary: owner.address });
    for (const key of this.#hotspots) {
      const nonceHash = sha256(utf8(key.address));
      const add = { hotspot: key.address, owner: owner.address, nonceHash };
      await must({ kind: "add-hotspot", ...add }, { cosigners: [key] });
    }
    while (this.node.hasTransactions) await clock.sleep(1000);
    const [view] = await client.routers();
    this.#devAddr = view?.slabs[0]?.start ?? 0;
  }

  #addRouter(): void {
    const { clock } = this.world;
    const disk = new Disk({ clock, random: this.world.random("disk of the router") });
    disk.onDurable = (_scope, { key, value }) => {
      if (key[0] !== "v".charCodeAt(0) || value === undefined) return;
      const account = `${toHex(key.slice(1, 33))} ${addressFromBytes(key.slice(33))}`;
      const cumulativeDc = new DataView(value.buffer, value.byteOffset).getFloat64(1);
      assert.ok(cumulativeDc >= (this.owed.get(account) ?? 0), "what is owed never shrinks");
      this.owed.set(account, cumulativeDc);
    };
    const start = async (life: Life, run: number) => {
      const router = createRouter({
        key: keyOf("router"),
        ownerSigner: keyOf("owner"),
        ...{ chainId: CHAIN_ID, params, channelPolicy, region: "EU868", log: silentLog },
        bus: life.bus(this.broker.bus()),
        ...{ clock: life.clock(clock), store: disk.open(), metrics: noMetrics },
        ledger: this.#ledgerOf(life),
        random: this.world.random(`router ${run}`),
        events: "none",
      });
      this.#router = router;
      router.onEvent((event) => {
        if (event.kind !== "up") return;
        const paid = event.receptions.filter((reception) => reception.dc !== undefined);
        const paidTo = paid.map(({ link }) => link.address);
        this.delivered.push({ fCnt: event.fCnt, paidTo });
      });
      await router.start();
      if (router.devices.size === 0) await this.#addDevice(router);
    };
    this.#mortals.push({ name: "router", disk, start, life: undefined, runs: 0 });
  }

  async #addDevice(router: Router): Promise<void> {
    const [known] = router.owners.all();
    const owner = known ?? (await this.#addOwner(router));
    const application = await router.owners.addApplication(owner, "dogs");
    assert("id" in application);
    await router.deviceService.add(application, {
      ...{ name: "rex", devEui: "70b3d57ed0000011", codec: "none", kind: "collar" },
      activation: {
        kind: "abp",
        devAddr: this.#devAddr.toString(16),
        ...{ nwkSKey: toHex(keys.nwkSKey), appSKey: toHex(keys.appSKey) },
      },
    });
  }

  async #addOwner(router: Router) {
    const added = await router.owners.addOwner("me");
    assert("owner" in added);
    return added.owner;
  }

  #addHotspot(key: KeyPair): void {
    const { clock } = this.world;
    const name: Address = key.address;
    const disk = new Disk({ clock, random: this.world.random(`disk of ${name}`) });
    const start = async (life: Life, run: number) => {
      const concentrator = new TestConcentrator();
      this.#radios.set(mortal, concentrator);
      const agent = createAgent({
        ...{ key, concentrator, region: "EU868", log: silentLog, metrics: noMetrics },
        network: { chainId: CHAIN_ID },
        ledger: this.#ledgerOf(life),
        busTo: () => life.bus(this.broker.bus()),
        ...{ clock: life.clock(clock), store: disk.open() },
        random: this.world.random(`${name} ${run}`),
      });
      await agent.start();
    };
    const mortal: Mortal = { name, disk, start, life: undefined, runs: 0 };
    this.#mortals.push(mortal);
  }

  #ledgerOf(life: Life) {
    const random = this.#chaos.stream("ledger");
    const share = () => (this.#hostile ? 0.03 : 0);
    return life.ledger(new DirectLedgerClient(this.node), { random, share, chainId: CHAIN_ID });
  }

  #live(mortal: Mortal): void {
    const { clock } = this.world;
    const life = new Life();
    mortal.life = life;
    mortal.disk.onWrite = (durableInMs) => {
      if (!this.#hostile || this.#chaos.unit() >= CUT_SHARE) return;
      clock.after(this.#chaos.unit() * 1.2 * durableInMs, () => this.#kill(mortal, life));
    };
    mortal.runs++;
    mortal.start(life, mortal.runs).catch(() => {
      // Its supervisor starts it anew.
      if (life.alive) clock.after(500, () => this.#kill(mortal, life));
    });
    const lifeMs = -Math.log(1 - this.#chaos.unit()) * LIFE_MS;
    clock.after(lifeMs, () => {
      if (this.#hostile) this.#kill(mortal, life);
    });
  }

  #kill(mortal: Mortal, life: Life): void {
    if (!life.alive) return;
    const { clock } = this.world;
    life.end();
    mortal.disk.cut();
    if (mortal.name === "router") {
      this.kills.router++;
      const since = clock.now() - DELIVERY_MS;
      this.emittedBeforeRouterKills += this.#emittedAt.filter((at) => at >= since).length;
    } else this.kills.hotspots++;
    clock.after(this.#chaos.unit() * PAUSE_MS_MAX, () => this.#live(mortal));
  }

  /** Someone on the broker says again whatever was ever said: hellos, packets, vouchers. */
  #replay(): void {
    const { published } = this.broker;
    const old = published[this.#chaos.below(Math.max(1, published.length))];
    if (old !== undefined) this.broker.deliver(old.topic, old.payload);
    if (this.#hostile) this.world.clock.after(this.#chaos.unit() * REPLAY_MS, () => this.#replay());
  }

  /** One frame of the device, as most of the hotspots hear it. */
  #emit(): void {
    const fCnt32 = this.frames.size;
    const payload = this.#chaos.bytes(1 + this.#chaos.below(50));
    const { devAddr } = { devAddr: this.#devAddr };
    const frame = buildDataFrame({ direction: "up", devAddr, keys, fCnt32, fPort: 2, payload });
    this.frames.set(fCnt32, frame);
    const now = this.world.clock.now();
    this.#emittedAt.push(now);
    for (const [mortal, radio] of this.#radios) {
      if (mortal.life?.alive !== true || this.#chaos.unit() < 0.3) continue;
      radio.hear(
        frameOf(frame, {
          receivedAt: now,
          frequencyHz: hertz(868_100_000),
          dataRate: dataRate("SF7BW125"),
        }),
      );
    }
  }
}

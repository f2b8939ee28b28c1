/**
 * Plays any sequence of any transactions on a test chain: one maker for each kind there is. Most of
 * what it makes holds, some does not, and what does is often unwise.
 */
import { strict as assert } from "node:assert";
import {
  type Address,
  type Db,
  type Dc,
  dc,
  type Evidence,
  fromHex,
  type Height,
  type Motes,
  microUsd,
  milliseconds,
  sha256,
  type Transaction,
  type TransactionKind,
  tokens,
  utf8,
} from "@katydid/protocol";
import fc from "fast-check";
import {
  acknowledge,
  openBody,
  type Played,
  receiptOf,
  reportOf,
  revealableAt,
  revealBody,
  sortedByKey,
} from "./challenge-testing.ts";
import { channelView } from "./channels.ts";
import { hotspotOf } from "./draft.ts";
import { twoBlocks, twoReceipts, voucherOf } from "./evidence-testing.ts";
import { addHotspots, cellsInLine, keysOf, type TestBody, TestChain } from "./testing.ts";
import type { BlockResult } from "./types.ts";

const PEOPLE = ["rich", "alice", "eve"] as const;
const HOTSPOTS = ["h0", "h1", "h2", "h3", "h4"] as const;
const NAMES: ReadonlyMap<Address, string> = new Map(
  [...PEOPLE, ...HOTSPOTS, "router"].map((name) => [keysOf(name).address, name]),
);
const ENDPOINTS = ["mqtt://127.0.0.1:1883"];
const nonceHash = sha256(utf8("nonce"));

/** One transaction to be made; what the numbers mean is its maker's business. */
export interface Step {
  readonly kind: TransactionKind;
  readonly a: number;
  readonly b: number;
  readonly amount: number;
  /** What is wrong with it, whatever else is. */
  readonly twist: "none" | "nonce" | "expired" | "fee" | "signature" | "actor";
}
export interface Turn {
  readonly steps: readonly Step[];
  readonly afterMs: number;
}

/** A body, who acts, and who else signs. */
interface Made {
  readonly actor: string;
  readonly body: TestBody;
  readonly cosigners?: readonly string[];
}
type Maker = (player: Player, step: Step) => Made | undefined;

const at = <T>(list: readonly T[], i: number): T => list[i % list.length] as T;
const person = (i: number) => at(PEOPLE, i);
const hotspotName = (i: number) => at(HOTSPOTS, i);
const addressOfName = (name: string) => keysOf(name).address;
/** The owner of record, or someone else now and then. */
const ownerName = (player: Player, { hotspot, i }: { hotspot: string; i: number }) => {
  const owner = hotspotOf(player.chain.view, addressOfName(hotspot))?.owner;
  return i % 7 === 0 ? person(i) : (NAMES.get(owner ?? addressOfName("rich")) ?? "rich");
};

const makers: Readonly<Record<TransactionKind, Maker>> = {
  transfer: (_, { a, b, amount }) => ({
    actor: person(a),
    body: {
      kind: "transfer",
      payments: [
        {
          payee: addressOfName(at([...PEOPLE, "h0", "producer"], b)),
          motes: BigInt(amount) as Motes,
          memo: new Uint8Array(0),
        },
      ],
    },
  }),
  burn: (_, { a, b, amount }) => ({
    actor: person(a),
    body: { kind: "burn", motes: BigInt(amount) as Motes, beneficiary: addressOfName(person(b)) },
  }),
  "price-report": (_, { a, amount }) => ({
    actor: a % 5 === 0 ? "eve" : "alice",
    body: { kind: "price-report", priceMicroUsd: microUsd(amount % 20_000_000) },
  }),
  "add-hotspot": (_, { a, b }) => {
    const hotspot = hotspotName(b % 2 === 0 ? HOTSPOTS.length - 1 : b);
    const owner = addressOfName(person(b));
    const body = { kind: "add-hotspot", hotspot: addressOfName(hotspot), owner, nonceHash };
    return { actor: person(a), body: body as TestBody, cosigners: [person(b), hotspot] };
  },
  "assert-location": (player, { a, b, amount }) => {
    const hotspot = hotspotName(b);
    return {
      actor: ownerName(player, { hotspot, i: a }),
      body: {
        kind: "assert-location",
        hotspot: addressOfName(hotspot),
        cell: at(cellsInLine(8), amount),
        gainDbi: (amount % 17) as Db,
        elevationMeters: 10,
      },
    };
  },
  presence: (_, { b }) => ({ actor: hotspotName(b), body: { kind: "presence" } }),
  "register-router": (_, { a, amount }) => {
    const router = at(["router", "router2"], a);
    const slabs = 1 + (amount % 3);
    const body = { kind: "register-router", router: addressOfName(router), endpoints: ENDPOINTS };
    return { actor: person(a), body: { ...body, slabs } as TestBody, cosigners: [router] };
  },
  "update-router": (_, { a, amount }) => ({
    actor: a % 4 === 0 ? "eve" : "rich",
    body: {
      kind: "update-router",
      router: addressOfName("router"),
      endpoints: ENDPOINTS,
      filter: new Uint8Array(amount % 9),
      addSlabs: amount % 2,
    },
  }),
  "register-relay": (_, { a, amount }) => ({
    actor: person(a),
    body: { kind: "register-relay", url: amount % 3 === 0 ? "" : "mqtt://relay:1883" },
  }),
  "open-channel": ({ chain }, { a, amount }) => ({
    actor: a % 5 === 0 ? "alice" : "rich",
    body: {
      kind: "open-channel",
      router: addressOfName("router"),
      depositDc: dc(9000n + BigInt(amount % 100_000)),
      expiresAt: milliseconds(chain.now + 31_000 + (amount % 60_000)),
    },
  }),
  "close-channel": (player, { a, b, amount }) => {
    const channel = player.channel(a);
    if (channel === undefined) return undefined;
    const names = sortedByKey([...HOTSPOTS.slice(0, b % 5), "stranger"].slice(0, 1 + (b % 5)));
    const summaries = names.map((name) => ({
      hotspot: addressOfName(name),
      cumulativeDc: BigInt(amount % 50_000) as Dc,
      cumulativePackets: 1,
    }));
    return {
      actor: "router",
      body: { kind: "close-channel", channel, summaries, more: a % 3 === 0 },
    };
  },
  "redeem-voucher": (player, { a, b, amount }) => {
    const channel = player.channel(a);
    if (channel === undefined) return undefined;
    const hotspot = hotspotName(b);
    const figures = { dc: amount % 200_000, sequence: amount % 1000 };
    const voucher = voucherOf({ channel, hotspot, ...figures, signer: "router" });
    return { actor: hotspot, body: { kind: "redeem-voucher", voucher } };
  },
  "open-challenge": (player) => player.opening(),
  "report-commitment": (player, { b, amount }) => ({
    actor: hotspotName(b),
    body: {
      kind: "report-commitment",
      slot: player.slot?.slot ?? 0,
      reportHash: sha256(utf8(`${amount}`)),
    },
  }),
  "challenge-receipts": (player, step) => player.revealing(step),
  "late-receipt": (player, { a, b }) => {
    const played = player.revealed(a);
    if (played === undefined) return undefined;
    const { challenge, target } = played;
    const name = b % 3 === 0 ? target : hotspotName(b);
    const signed = b % 3 === 0 ? receiptOf(played) : reportOf(played, name);
    const evidence = { kind: signed.kind, signed } as Evidence | object;
    const time = player.chain.blockTime;
    const acknowledgement = acknowledge(played, name, signed, time - (a % 5) * 1000);
    const body = { kind: "late-receipt", challenge, evidence, acknowledgement };
    return { actor: name, body: body as unknown as TestBody };
  },
  stake: (_, { a, amount }) => ({
    actor: "eve",
    body: {
      kind: "stake",
      motes: tokens(a % 3 === 0 ? 10_000 : 1),
      producerKey: keysOf(at(["second", "third"], amount)).publicKey,
      chainTip: nonceHash,
      chainLength: amount % 4,
    },
  }),
  "transfer-hotspot": (player, { a, b, amount }) => {
    const hotspot = hotspotName(b);
    const newOwner = person(amount);
    const motes = BigInt(amount) as Motes;
    const body = { hotspot: addressOfName(hotspot), newOwner: addressOfName(newOwner) };
    return {
      actor: ownerName(player, { hotspot, i: a }),
      body: { kind: "transfer-hotspot", ...body, price: motes },
      cosigners: [newOwner],
    };
  },
  "remove-hotspot": (player, { a, b }) => {
    const hotspot = hotspotName(b);
    const body = { kind: "remove-hotspot", hotspot: addressOfName(hotspot) } as const;
    return { actor: ownerName(player, { hotspot, i: a }), body };
  },
  "fill-bond": (player, { a, b, amount }) => ({
    actor: person(a),
    body: {
      kind: "fill-bond",
      hotspot: addressOfName((b % 4 > 0 && player.slashed()) || hotspotName(b)),
      motes: BigInt(amount) as Motes,
    },
  }),
  "make-good": (player, { a, b }) => {
    const channel = (b % 4 > 0 && player.cutChannel()) || player.channel(b);
    if (channel === undefined) return undefined;
    return { actor: a % 6 === 0 ? "alice" : "rich", body: { kind: "make-good", channel } };
  },
  unstake: (_, { a, b }) => ({
    actor: a % 5 === 0 ? "alice" : "eve",
    body: { kind: "unstake", producerKey: keysOf(at(["second", "third"], b)).publicKey },
  }),
  "report-evidence": (player, step) => {
    const evidence = player.evidence(step);
    if (evidence === undefined) return undefined;
    const actor = at([...PEOPLE, "h1"], step.a);
    return { actor, body: { kind: "report-evidence", evidence } };
  },
};

export const transactionKinds = Object.keys(makers) as readonly TransactionKind[];

const step = fc.record<Step>({
  kind: fc.constantFrom(...transactionKinds),
  a: fc.nat(99),
  b: fc.nat(99),
  amount: fc.oneof(fc.nat(20_000), fc.nat(2 ** 31 - 1)),
  twist: fc.oneof(
    { weight: 9, arbitrary: fc.constant("none" as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("nonce", "expired", "fee", "signature", "actor"),
    },
  ),
});
/** A block of a few transactions, and how long it takes. */
const anyTurn = fc.record<Turn>({
  steps: fc.array(step, { maxLength: 4 }),
  afterMs: fc.constantFrom(1, 900, 2000, 5000, 10_000, 60_000),
});

/** The life of a thing, step by step: chance alone hardly ever meets the windows of one. */
function story(kinds: readonly (TransactionKind | "wait")[], afterMs: readonly number[]) {
  return fc.array(step, { minLength: kinds.length, maxLength: kinds.length }).map((steps): Turn[] =>
    kinds.map((kind, i) => {
      const made = { ...at(steps, i), kind, twist: "none" } as Step;
      return { steps: kind === "wait" ? [] : [made], afterMs: at(afterMs, i) };
    }),
  );
}
const challengeStory = story(
  [
    "wait",
    "open-challenge",
    "wait",
    "wait",
    "challenge-receipts",
    "late-receipt",
    "report-evidence",
  ],
  [2000, 900, 2000, 2000, 900, 900, 900],
);
const channelStory = story(
  ["open-channel", "redeem-voucher", "redeem-voucher", "close-channel", "report-evidence"],
  [900],
);
/** Ten seconds at most pass in a block: the youngest channels settle after some ten of them. */
const settlementStory = story([...Array<"wait">(11).fill("wait"), "make-good"], [60_000]);

/** One after the other, of whatever there is. */
export const turns = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: anyTurn.map((one) => [one]) },
      { weight: 1, arbitrary: challengeStory },
      { weight: 1, arbitrary: channelStory },
      { weight: 1, arbitrary: settlementStory },
    ),
    { minLength: 10, maxLength: 30 },
  )
  .map((rounds) => rounds.flat());

export class Player {
  readonly chain = new TestChain({
    accounts: [
      { name: "rich", motes: tokens(1_000_000), dc: dc(90_000_000n) },
      { name: "alice", motes: tokens(300) },
      { name: "eve", motes: tokens(40_000) },
    ],
    oracles: ["alice"],
  });
  /** What became of each transaction: "applied" or the reason. */
  readonly outcomes = new Map<string, number>();
  slot: { slot: number; challengers: readonly Address[] } | undefined;
  readonly #channels: Uint8Array[] = [];
  readonly #targeted: Played[] = [];
  readonly #revealed: Played[] = [];
  readonly #secrets = new Map<number, Uint8Array>();

  constructor() {
    addHotspots(this.chain, HOTSPOTS.length - 1);
    const body = makers["register-router"](this, { a: 0, amount: 0 } as Step)?.body as TestBody;
    this.chain.block({ transactions: [this.chain.sign("rich", body, "router")] });
  }

  play({ steps, afterMs }: Turn): void {
    const transactions = steps.flatMap((one) => this.#transaction(one) ?? []);
    const outcome = this.chain.tryBlock({ transactions, afterMs });
    assert.equal(outcome.outcome, "applied");
    if (outcome.outcome === "applied") this.#remember(outcome);
  }

  channel(i: number): Uint8Array | undefined {
    return this.#channels.at(-1 - (i % 3));
  }
  revealed(i: number): Played | undefined {
    return this.#revealed.at(-1 - (i % 2));
  }

  /** A channel that owes. */
  cutChannel(): Uint8Array | undefined {
    return this.#channels.find((id) => channelView(this.chain.view, id)?.cutDc !== undefined);
  }
  /** A hotspot whose bond is not full. */
  slashed(): string | undefined {
    return HOTSPOTS.find((name) => {
      const row = hotspotOf(this.chain.view, addressOfName(name));
      return row !== undefined && row.bond < row.bondFull;
    });
  }

  opening(): Made | undefined {
    const { slot, challengers: [challenger] = [] } = this.slot ?? {};
    const actor = challenger && NAMES.get(challenger);
    if (slot === undefined || actor === undefined) return undefined;
    const secret = sha256(utf8(`secret ${slot}`));
    this.#secrets.set(slot, secret);
    return { actor, body: openBody({ slot, index: 0 }, secret) };
  }

  revealing({ b }: Step): Made | undefined {
    const [played] = this.#targeted;
    const { chain } = this;
    // Sometimes too early: one in eight is refused for it, and comes again.
    if (
      played === undefined ||
      (b % 8 > 0 && chain.now < revealableAt(chain.params, played.deadlineAt))
    )
      return undefined;
    if (chain.now >= revealableAt(chain.params, played.deadlineAt)) {
      this.#targeted.shift();
      this.#revealed.push(played);
    }
    const { challenger, target } = played;
    const others = HOTSPOTS.filter((name) => name !== challenger && name !== target);
    return { actor: challenger, body: revealBody(this.chain, played, others.slice(0, b % 4)) };
  }

  evidence({ b, amount, a }: Step): Evidence | undefined {
    const isTwice = amount % 2 === 0;
    switch (b % 3) {
      case 0: {
        const played = this.revealed(a);
        if (played === undefined) return undefined;
        const [first, second] = twoReceipts(played);
        return { kind: "target-equivocation", first, second: isTwice ? first : second };
      }
      case 1: {
        const channel = this.channel(a);
        if (channel === undefined) return undefined;
        const of = { channel, hotspot: "h0", signer: "router", sequence: 5 };
        const [first, second] = [voucherOf({ ...of, dc: 1 }), voucherOf({ ...of, dc: 2 })];
        return { kind: "router-equivocation", first, second: isTwice ? first : second };
      }
      default: {
        const height = 1 + (amount % (this.chain.height + 2));
        return twoBlocks(height, at(["second", "third", "producer"], a));
      }
    }
  }

  #transaction(one: Step): Transaction | undefined {
    const made = makers[one.kind](this, one);
    if (made === undefined) return undefined;
    const { chain } = this;
    const actor = one.twist === "actor" ? "stranger" : made.actor;
    const twisted = {
      ...made.body,
      ...(one.twist === "nonce" && { nonce: one.amount }),
      ...(one.twist === "expired" && { expiryHeight: 1 as Height }),
      ...(one.twist === "fee" && { feeDc: BigInt(one.a) as Dc }),
    } as TestBody;
    const signed = chain.sign(actor, twisted, ...(made.cosigners ?? []));
    if (one.twist !== "signature") return signed;
    const [first = new Uint8Array(64), ...rest] = signed.signatures;
    return { ...signed, signatures: [first.with(3, (first[3] as number) ^ 1), ...rest] };
  }

  #remember({ events, results }: BlockResult): void {
    for (const { id, kind, refusal } of results) {
      const outcome = `${kind} ${refusal?.reason ?? "applied"}`;
      this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
      if (kind === "open-channel" && refusal === undefined) this.#channels.push(fromHex(id));
    }
    for (const event of events) {
      if (event.kind === "slot-drawn") this.slot = event;
      if (event.kind !== "target-drawn") continue;
      const { challenge, targetEntropy, deadlineAt } = event;
      const secret = this.#secrets.get(challenge.slot);
      const challenger = NAMES.get(event.challenger);
      const target = NAMES.get(event.target);
      if (secret === undefined || challenger === undefined || target === undefined) continue;
      this.#targeted.push({ challenge, challenger, target, targetEntropy, secret, deadlineAt });
    }
  }
}

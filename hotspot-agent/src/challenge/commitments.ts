/**
 * Commitments: no acknowledgement came, so the ledger shall know before the reveal that this was
 * said (protocol.md section 3, step 5). One per hotspot and slot by the rules, few a day by policy,
 * since whoever forges beacons must not spend an owner's DC. Its fee returns if the evidence holds.
 *
 * What is committed is on disk before it is sent, and sent again after a restart: the ledger takes
 * it once.
 */
import type { Store, StoreWrite } from "@katydid/platform";
import { codec, utf8 } from "@katydid/protocol";
import { type ChallengeContext, committed } from "./context.ts";
import type { Evidence } from "./evidence.ts";
import { commitmentRow, rowKey } from "./rows.ts";
import { NOT_WORTHWHILE, submitUntil } from "./submit.ts";

/** Commitments of a day that are remembered, at most: policy allows far fewer. */
const DAY_COUNT_MAX = 1000;
const DAY_KEY = utf8("commitments");

interface Spent {
  readonly slot: number;
  /** Host time. */
  readonly atMs: number;
}
const dayRow = codec.struct<{ spent: readonly Spent[] }>({
  spent: codec.list(codec.struct<Spent>({ slot: codec.u32, atMs: codec.u48 }), {
    max: DAY_COUNT_MAX,
  }),
});

export class Commitments {
  readonly #context: ChallengeContext;
  #spent: Spent[];

  constructor(context: ChallengeContext) {
    this.#context = context;
    this.#spent = load(context.store);
  }

  /**
   * Commits it, or goes on with that after a restart. `isOpen`: it is neither acknowledged nor
   * revealed yet. Resolves when the ledger has answered, or when it makes no sense any more.
   */
  async commit(item: Evidence, isOpen: () => boolean): Promise<void> {
    const { protocolClock, params, policy, clock, events, self } = this.#context;
    const own = self();
    // The ledger would not count it.
    if (!own?.bonded || own.cell === undefined) return;
    const slotMs = params.slotSeconds * 1000;
    for (;;) {
      const ageMs = clock.now() - item.row.madeAt;
      if (!isOpen() || ageMs > policy.commitWithinMs) return;
      // The slot before the present one: no block may have drawn this one yet.
      const slot = item.committedSlot ?? Math.floor(protocolClock.now() / slotMs) - 1;
      if (item.committedSlot !== undefined || this.#isFree(slot)) {
        await this.#send(item, slot, isOpen);
        return;
      }
      if (this.#isSpent()) return events.count(item.role, "commitment-spared");
      // Another beacon took this slot's.
      await clock.sleep(slotMs);
    }
  }

  async #send(item: Evidence, slot: number, isOpen: () => boolean): Promise<void> {
    const { params, policy, clock, protocolClock, store, log, events } = this.#context;
    if (item.committedSlot === undefined) {
      item.committedSlot = slot;
      this.#spent.push({ slot, atMs: Math.floor(clock.now()) });
      const writes: StoreWrite[] = [
        { key: rowKey(item.hash, "C"), value: codec.encode(commitmentRow, { slot }) },
        { key: DAY_KEY, value: codec.encode(dayRow, { spent: this.#spent }) },
      ];
      if (!(await committed({ store, log }, writes))) return;
    }
    const leftMs = policy.commitWithinMs - (clock.now() - item.row.madeAt);
    const reason = await submitUntil(this.#context, {
      body: { kind: "report-commitment", slot, reportHash: item.hash },
      untilMs: protocolClock.now() + leftMs,
      everyMs: params.blockSecondsBusy * 1000,
      isWorthwhile: isOpen,
    });
    if (reason === NOT_WORTHWHILE) return;
    // Sent before a restart: it is there.
    const isThere = reason === undefined || reason === "already-committed";
    events.count(item.role, isThere ? "committed" : "commitment-refused");
    if (isThere) return;
    log.info({ slot, reason }, "commitment refused");
    // Where nobody answered it may be in a block all the same.
    if (reason !== "away") item.committedSlot = undefined;
  }

  #isFree(slot: number): boolean {
    if (slot < 0 || this.#isSpent()) return false;
    return !this.#spent.some((earlier) => earlier.slot === slot);
  }

  #isSpent(): boolean {
    const { clock, policy } = this.#context;
    const now = clock.now();
    this.#spent = this.#spent.filter(({ atMs }) => now - atMs < policy.dayMs);
    return this.#spent.length >= policy.commitmentsPerDayMax;
  }
}

function load(store: Store): Spent[] {
  const value = store.get(DAY_KEY);
  return value === undefined ? [] : [...codec.decode(dayRow, value).spent];
}

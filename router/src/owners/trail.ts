/** Where devices were: private, on disk, bounded in number and age. */
import type { Store } from "@katydid/platform";
import { compareBytes, fromUtf8, utf8 } from "@katydid/protocol";
import type { UplinkEvent } from "../events/events.ts";
import { TRAIL_AGE_MAX_MS } from "../limits.ts";
import { rangeOf, rowKeys, tables } from "../store/keys.ts";
import type { WriteBatch } from "../store/write-batch.ts";
import { type Fix, fixOf } from "./device-status.ts";

export interface TrailPoint extends Fix {
  readonly rssiDbm: number;
  /** Address of the hotspot that heard it best. */
  readonly hotspot: string;
}

export interface TrailOptions {
  readonly store: Store;
  readonly batch: WriteBatch;
  /** Points of one device at most; 0 keeps none. */
  readonly pointsMax: number;
}

export interface TrailQuery {
  /** ms since 1970, inclusive. */
  readonly since?: number;
  readonly limit: number;
}

const COUNTER_MAX = 0xffff_ffff;

export class Trail {
  readonly #options: TrailOptions;
  /** Points of each device; counted when it is first touched. */
  readonly #counts = new Map<string, number>();

  constructor(options: TrailOptions) {
    this.#options = options;
  }

  onUplink(event: UplinkEvent): void {
    const fix = fixOf(event);
    const { pointsMax, batch } = this.#options;
    if (fix === undefined || pointsMax === 0) return;
    const { devEui } = event.device;
    const best = [...event.receptions].sort((a, b) => b.radio.rssiDbm - a.radio.rssiDbm)[0];
    const point: TrailPoint = {
      ...fix,
      rssiDbm: best?.radio.rssiDbm ?? 0,
      hotspot: best?.link.address ?? "",
    };
    const key = rowKeys.trail(devEui, fix.at, event.fCnt & COUNTER_MAX);
    batch.write({ key, value: utf8(JSON.stringify(point)) });
    const count = this.#count(devEui) + 1;
    this.#counts.set(devEui, count);
    // In steps, so that a read of the oldest is rare.
    if (count > pointsMax + TRIM_STEP) this.#trim(devEui, count - pointsMax, event.at);
  }

  /** Oldest first; of more than `limit` the newest. */
  of(devEui: string, { since = 0, limit }: TrailQuery): readonly TrailPoint[] {
    const range = rangeOf(tables.trailOf(devEui));
    const start = since > 0 ? rowKeys.trail(devEui, since, 0) : range.start;
    const rows = this.#options.store.range({ start, end: range.end, reverse: true, limit });
    return [...rows].map(([, row]) => JSON.parse(fromUtf8(row)) as TrailPoint).reverse();
  }

  /** All of a device that is gone. */
  async remove(devEui: string): Promise<void> {
    this.#counts.delete(devEui);
    const { store, batch } = this.#options;
    await batch.commit();
    const rows = [...store.range(rangeOf(tables.trailOf(devEui)))];
    if (rows.length > 0) await store.commit(rows.map(([key]) => ({ key, value: undefined })));
  }

  #count(devEui: string): number {
    const known = this.#counts.get(devEui);
    if (known !== undefined) return known;
    let count = 0;
    for (const _ of this.#options.store.range(rangeOf(tables.trailOf(devEui)))) count++;
    return count;
  }

  /** Takes out the oldest `excess` points, and further ones that are too old. */
  #trim(devEui: string, excess: number, now: number): void {
    const { store, batch } = this.#options;
    const since = Math.max(0, Math.floor(now - TRAIL_AGE_MAX_MS));
    const oldest = rowKeys.trail(devEui, since, 0);
    const range = rangeOf(tables.trailOf(devEui));
    let removed = 0;
    for (const [key] of store.range({ ...range, limit: excess + TRIM_STEP })) {
      if (removed >= excess && compareBytes(key, oldest) >= 0) break;
      batch.write({ key, value: undefined });
      removed++;
    }
    this.#counts.set(devEui, this.#count(devEui) - removed);
  }
}

/** Points beyond the bound that are let stand until they are removed together. */
const TRIM_STEP = 32;

/** Downlinks that were sent to a hotspot and of which it has not told what became. */
import type { Clock, Log, Random } from "@katydid/platform";
import { type Downlink, type DownlinkOutcome, milliseconds } from "@katydid/protocol";
import type { DeviceEntry } from "../device.ts";
import { gatewayIdOf, uuidText } from "../events/chirpstack-json.ts";
import type { RouterEventHandler } from "../events/events.ts";
import { DOWNLINK_OUTCOME_MS, DOWNLINKS_PENDING_MAX } from "../limits.ts";
import type { HotspotLink } from "../sessions/hotspot-link.ts";
import type { DownlinkQueue, QueueItem } from "./downlink-queue.ts";

export interface PendingDownlink {
  readonly entry: DeviceEntry;
  readonly link: HotspotLink;
  readonly downlink: Omit<Downlink, "downlink">;
  /** What of the queue it carries. */
  readonly item: QueueItem | undefined;
  readonly fCnt: number;
}

export interface PendingDownlinksOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly queue: DownlinkQueue;
  readonly publish: RouterEventHandler;
}

export class PendingDownlinks {
  readonly #options: PendingDownlinksOptions;
  /** By number, oldest first. */
  readonly #pending = new Map<number, PendingDownlink & { readonly at: number }>();
  #next = 0;
  #transmitted = 0;

  constructor(options: PendingDownlinksOptions) {
    this.#options = options;
  }

  /** Downlinks that hotspots transmitted since the start. */
  get transmitted(): number {
    return this.#transmitted;
  }

  /** Its number on the wire, 32 bits. */
  add(downlink: PendingDownlink): number {
    const at = this.#options.clock.now();
    for (const [number, old] of this.#pending) {
      const isOver = at - old.at > DOWNLINK_OUTCOME_MS;
      if (!isOver && this.#pending.size < DOWNLINKS_PENDING_MAX) break;
      this.#pending.delete(number);
    }
    this.#next = (this.#next + 1) >>> 0;
    this.#pending.set(this.#next, { ...downlink, at });
    return this.#next;
  }

  /** What a hotspot says of a downlink; of its own ones only. */
  settle(link: HotspotLink, outcome: DownlinkOutcome): void {
    const pending = this.#pending.get(outcome.downlink);
    if (pending === undefined || pending.link.address !== link.address) return;
    this.#pending.delete(outcome.downlink);
    if (outcome.refusal === "") this.#onTransmitted(pending, outcome);
    else this.#refused(pending, outcome.refusal);
  }

  #onTransmitted(pending: PendingDownlink, outcome: DownlinkOutcome): void {
    this.#transmitted++;
    const { random, clock, publish, queue, log } = this.#options;
    const { entry, item, fCnt, downlink, link } = pending;
    if (item !== undefined) {
      if (item.confirmed) entry.awaitingAck = { queueItemId: item.id, fCnt };
      queue.take(entry.device.devEui, item).catch((cause: unknown) => {
        log.error({ cause: String(cause) }, "downlink queue: the disk refuses, check it");
      });
    }
    const { second } = downlink;
    const { frequencyHz, dataRate, powerDbm } =
      outcome.window === 2 && second !== undefined ? second : downlink;
    publish({
      kind: "txack",
      id: uuidText(random.bytes(16)),
      at: milliseconds(clock.now()),
      device: entry.device,
      downlink: outcome.downlink,
      queueItemId: item?.id ?? "",
      fCntDown: fCnt,
      gatewayId: gatewayIdOf(link.address),
      frequencyHz,
      dataRate,
      powerDbm,
    });
  }

  /** What was queued stays queued, for the next uplink; its counter is not used again. */
  #refused({ entry, item }: PendingDownlink, refusal: string): void {
    const { random, clock, publish } = this.#options;
    publish({
      kind: "log",
      id: uuidText(random.bytes(16)),
      at: milliseconds(clock.now()),
      device: entry.device,
      level: "WARNING",
      code: "DOWNLINK_GATEWAY",
      description: `the hotspot did not transmit: ${refusal}`,
      context: item === undefined ? {} : { queue_item_id: item.id },
    });
  }
}

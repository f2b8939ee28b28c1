/**
 * From bought frames to events. A frame waits GATHER_MS for its copies; then, with the counters of the
 * downlinks that answer them on disk, all frames that are due go to their owners and back to the
 * device: so a restart delivers nothing twice and sends no downlink counter twice. Their own counters
 * are on disk since they were bought: a frame that waits here when the process is killed is paid and
 * not delivered.
 */
import type { Clock, Log, Random, Timer } from "@katydid/platform";
import { dc, decryptPayload, milliseconds } from "@katydid/protocol";
import { decodePayload } from "../codec/decode-payload.ts";
import type { DownlinkDesk } from "../downlink/downlink-desk.ts";
import { uuidText } from "../events/chirpstack-json.ts";
import type { RouterEventHandler, UplinkEvent } from "../events/events.ts";
import { DELIVERIES_MAX, GATHER_MS } from "../limits.ts";
import type { WriteBatch } from "../store/write-batch.ts";
import type { DeliveryQueue } from "./data-desk.ts";
import type { Frame } from "./frame.ts";
import type { JoinFrame } from "./join-frame.ts";

export interface DeliveryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly batch: WriteBatch;
  readonly downlinks: DownlinkDesk;
  readonly log: Log;
  readonly publish: RouterEventHandler;
}

type Due =
  | { readonly kind: "deliver" | "acknowledge"; readonly frame: Frame; readonly at: number }
  | { readonly kind: "join"; readonly join: JoinFrame; readonly at: number };

export class Delivery implements DeliveryQueue {
  readonly #options: DeliveryOptions;
  /** In order of arrival, which is the order of falling due. */
  #queue: Due[] = [];
  #timer: Timer | undefined;
  #running: Promise<void> = Promise.resolve();
  #delivered = 0;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Frames handed to owners since the start. */
  get delivered(): number {
    return this.#delivered;
  }

  /** No further frame can be taken on: packets are declined with `busy`. */
  get full(): boolean {
    return this.#queue.length >= DELIVERIES_MAX;
  }

  add(frame: Frame, purpose: "deliver" | "acknowledge"): void {
    this.#push({ kind: purpose, frame, at: this.#options.clock.now() });
  }

  join(join: JoinFrame): void {
    this.#push({ kind: "join", join, at: this.#options.clock.now() });
  }

  /** Delivers what waits without waiting for more copies; resolves when it is out. */
  async drain(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#run(this.#queue.splice(0));
    await this.#running;
  }

  #push(due: Due): void {
    this.#queue.push(due);
    this.#timer ??= this.#options.clock.after(GATHER_MS, () => this.#onTimer());
  }

  #onTimer(): void {
    const until = this.#options.clock.now() - GATHER_MS;
    let count = 0;
    while ((this.#queue[count]?.at ?? Number.POSITIVE_INFINITY) <= until) count++;
    // A clock that was set back must not hold up what waits.
    const due = this.#queue.splice(0, Math.max(1, count));
    const [next] = this.#queue;
    const wait = next === undefined ? 0 : Math.max(0, Math.min(GATHER_MS, next.at - until));
    this.#timer =
      next === undefined ? undefined : this.#options.clock.after(wait, () => this.#onTimer());
    this.#run(due);
  }

  /** Plans every answer, commits once, then sends. Events leave in order of arrival. */
  #run(dues: readonly Due[]): void {
    if (dues.length === 0) return;
    const { downlinks, batch, log } = this.#options;
    const sends: (() => void)[] = [];
    for (const due of dues) {
      if (due.kind === "join") {
        sends.push(downlinks.answerJoin(due.join));
        continue;
      }
      const { frame } = due;
      const { fCntDown } = frame.session;
      if (due.kind === "deliver") sends.push(this.#event(frame));
      sends.push(downlinks.answer(frame, due.kind));
      // What its purchase changed went to disk with that.
      if (frame.session.fCntDown !== fCntDown) batch.device(frame.entry);
    }
    const committed = batch.commit();
    this.#running = this.#running.then(async () => {
      try {
        await committed;
      } catch (cause) {
        // Nothing is sent that the disk does not have. Rows wait for the next commit.
        log.error({ cause: String(cause), frames: dues.length }, "frames lost: the disk refuses");
        return;
      }
      for (const send of sends) send();
    });
  }

  #event(frame: Frame): () => void {
    const { entry, data, session, fCnt, receptions } = frame;
    const payload = decryptPayload({ frame: data, keys: session.keys, fCnt32: fCnt });
    const isData = data.fPort !== undefined && data.fPort !== 0;
    const event: UplinkEvent = {
      kind: "up",
      id: uuidText(this.#options.random.bytes(16)),
      at: milliseconds(frame.firstAt),
      device: entry.device,
      devAddr: session.devAddr,
      adr: data.adr,
      fCnt,
      fPort: data.fPort,
      confirmed: data.confirmed,
      data: isData ? payload : new Uint8Array(0),
      decoded: isData ? decodePayload(entry.device.codec, payload) : {},
      receptions: [...receptions],
      dc: dc(BigInt(receptions.reduce((sum, reception) => sum + (reception.dc ?? 0), 0))),
    };
    return () => {
      this.#delivered++;
      this.#options.publish(event);
    };
  }
}

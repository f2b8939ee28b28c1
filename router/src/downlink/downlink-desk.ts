/**
 * Class A (LoRaWAN L2 1.0.4 §3.3): a device listens only after it has spoken. So an uplink is what a
 * downlink waits for: an acknowledgement, answers to MAC commands, what is queued, or a join accept.
 * `answer...` plans at once, with counters into the batch, and returns what to do after its commit.
 */
import type { Clock, Log, Random } from "@katydid/platform";
import {
  buildDataFrame,
  type Downlink,
  decryptPayload,
  milliseconds,
  snrFloorDb,
} from "@katydid/protocol";
import type { DeviceEntry } from "../device.ts";
import { uuidText } from "../events/chirpstack-json.ts";
import type { LogEvent, RouterEventHandler } from "../events/events.ts";
import type { HotspotLink } from "../sessions/hotspot-link.ts";
import type { Frame, Reception } from "../uplink/frame.ts";
import type { JoinFrame } from "../uplink/join-frame.ts";
import type { DownlinkQueue, QueueItem } from "./downlink-queue.ts";
import type { JoinAnswers } from "./join-answer.ts";
import { bestReception, receiveWindows, spreadingFactorOf } from "./link-choice.ts";
import { answerMacCommands } from "./mac-commands.ts";
import type { PendingDownlinks } from "./pending-downlinks.ts";

export interface DownlinkDeskOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly queue: DownlinkQueue;
  readonly joins: JoinAnswers;
  readonly pending: PendingDownlinks;
  readonly publish: RouterEventHandler;
  /** Sends into the session of the hotspot, if it still has one. */
  readonly send: (link: HotspotLink, downlink: Downlink) => boolean;
}

/** FPort byte; FOpts and FRMPayload are what region plans bound. */
const NOTHING = () => undefined;

export class DownlinkDesk {
  readonly #options: DownlinkDeskOptions;
  constructor(options: DownlinkDeskOptions) {
    this.#options = options;
  }

  answerJoin(join: JoinFrame): () => void {
    const reception = bestReception(join.receptions);
    if (reception === undefined) return NOTHING;
    const answer = this.#options.joins.answer(join, reception);
    if (answer === undefined) return NOTHING;
    const { entry } = join;
    return () => {
      this.#options.publish(answer.event);
      this.#transmit(reception, answer.downlink, { entry, item: undefined, fCnt: 0 });
    };
  }

  answer(frame: Frame, purpose: "deliver" | "acknowledge"): () => void {
    const reception = bestReception(frame.receptions);
    const acks = purpose === "deliver" ? this.#acknowledged(frame) : NOTHING;
    if (reception === undefined) return acks;
    const send = this.#plan(frame, reception);
    return () => {
      acks();
      send();
    };
  }

  #plan(frame: Frame, reception: Reception): () => void {
    const { entry, session, data } = frame;
    const { queue, clock } = this.#options;
    const { devEui } = entry.device;
    const fOpts = this.#macAnswers(frame, reception);
    const logs: LogEvent[] = [];
    const now = clock.now();
    const item = queue.next(devEui, now, (expired) => {
      logs.push(this.#log(entry, { code: "EXPIRED", item: expired, why: "it expired" }));
    });
    const say = () => {
      for (const event of logs) this.#options.publish(event);
    };
    const isAsked = data.confirmed || data.adrAckRequest || fOpts.length > 0;
    if (item === undefined && !isAsked) return say;
    const delays = {
      rx1Us: reception.link.plan.receiveDelay1Us,
      rx2Us: reception.link.plan.receiveDelay2Us,
    };
    const windowsFor = (bytes: number) =>
      receiveWindows({ reception, delays, payloadBytes: fOpts.length + bytes });
    let carried = item;
    let windows = item === undefined ? undefined : windowsFor(item.data.length);
    if (item !== undefined && windows === undefined) {
      logs.push(this.#tooLong(entry, item, reception));
      carried = undefined;
    }
    if (carried === undefined && !isAsked) return say;
    windows ??= windowsFor(0);
    if (windows === undefined) return say;
    const fCnt = session.fCntDown++;
    const waiting = queue.of(devEui).length;
    const phyPayload = buildDataFrame({
      direction: "down",
      devAddr: session.devAddr,
      fCnt32: fCnt,
      keys: session.keys,
      confirmed: carried?.confirmed ?? false,
      // The network sets no data rates: ADR 0 tells the device so (L2 1.0.4 §4.3.1.1).
      adr: false,
      ack: data.confirmed,
      pending: waiting > (carried === undefined ? 0 : 1),
      fOpts,
      ...(carried === undefined ? {} : { fPort: carried.fPort, payload: carried.data }),
    });
    const downlink = { ...windows, kind: "downlink" as const, phyPayload };
    return () => {
      say();
      this.#transmit(reception, downlink, { entry, item: carried, fCnt });
    };
  }

  #transmit(
    { link }: Reception,
    downlink: Omit<Downlink, "downlink">,
    about: { entry: DeviceEntry; item: QueueItem | undefined; fCnt: number },
  ): void {
    const { pending, send, log } = this.#options;
    const number = pending.add({ ...about, link, downlink });
    if (send(link, { ...downlink, downlink: number })) return;
    log.warn({ hotspot: link.address, devEui: about.entry.device.devEui }, "downlink not sent");
  }

  /** The uplink after a confirmed downlink acknowledges it, or it was not heard. */
  #acknowledged({ entry, data }: Frame): () => void {
    const { awaitingAck } = entry;
    if (awaitingAck === undefined) return NOTHING;
    entry.awaitingAck = undefined;
    const { random, clock, publish } = this.#options;
    return () =>
      publish({
        kind: "ack",
        id: uuidText(random.bytes(16)),
        at: milliseconds(clock.now()),
        device: entry.device,
        queueItemId: awaitingAck.queueItemId,
        acknowledged: data.ack,
        fCntDown: awaitingAck.fCnt,
      });
  }

  #macAnswers(frame: Frame, reception: Reception): Uint8Array {
    const { data, session, fCnt } = frame;
    const commands =
      data.fPort === 0
        ? decryptPayload({ frame: data, keys: session.keys, fCnt32: fCnt })
        : data.fOpts;
    if (commands.length === 0) return commands;
    const spreadingFactor = spreadingFactorOf(reception);
    const floor = spreadingFactor === undefined ? 0 : snrFloorDb(spreadingFactor);
    return answerMacCommands(commands, {
      marginDb: reception.radio.snrDb - floor,
      hotspots: frame.receptions.length,
      receivedAt: reception.radio.receivedAt,
    });
  }

  /** Longer than this uplink's windows allow: never sent, for the next may be no faster. */
  #tooLong(entry: DeviceEntry, item: QueueItem, { radio }: Reception): LogEvent {
    void this.#options.queue.take(entry.device.devEui, item).catch(() => undefined);
    const why = `${item.data.length} bytes do not fit after an uplink at ${radio.dataRate}`;
    return this.#log(entry, { code: "DOWNLINK_PAYLOAD_SIZE", item, why });
  }

  #log(
    entry: DeviceEntry,
    about: { code: LogEvent["code"]; item: QueueItem; why: string },
  ): LogEvent {
    return {
      kind: "log",
      id: uuidText(this.#options.random.bytes(16)),
      at: milliseconds(this.#options.clock.now()),
      device: entry.device,
      level: "ERROR",
      code: about.code,
      description: `downlink dropped: ${about.why}`,
      context: { queue_item_id: about.item.id },
    };
  }
}

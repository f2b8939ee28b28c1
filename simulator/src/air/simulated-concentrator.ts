/** A concentrator on simulated air: what an SX1302 and its host do, as far as an agent can tell. */

import {
  type Concentrator,
  FrameQueue,
  type ReceivedFrame,
  type TransmitOutcome,
  type TransmitRefusal,
  type TransmitRequest,
} from "@katydid/firmware";
import type { Clock, Random } from "@katydid/platform";
import { airtimeOf, db, dbm, type RegionPlan } from "@katydid/protocol";
import { normal } from "../world/seeded-random.ts";
import type { Air, Reception, Station } from "./air.ts";
import { distanceMeters, type Point } from "./geometry.ts";
import { CONCENTRATOR_NOISE_FIGURE_DB, type Radio } from "./radio.ts";

/** The host's just-in-time queue (sx1302_hal and concentratord use the same constants). */
const LEAD_US_MIN = 42_500;
const LEAD_US_MAX = 512_000_000;
const START_DELAY_US = 1500;
const MARGIN_US = 1000;
const QUEUE_LENGTH_MAX = 32;
const COUNTER_MODULUS = 2 ** 32;
const PAYLOAD_BYTES_MAX = 255;
const NS_PER_SECOND = 1_000_000_000;
/**
 * Standard deviation of one fine timestamp, ns: the SX1303 counts at 32 MHz (31 ns), and a GPS
 * receiver's PPS is good for some 20 ns (u-blox MAX-M8 datasheet, time pulse accuracy).
 */
const FINE_TIME_JITTER_NS = 30;
const METERS_PER_NS = 0.299_792_458;

export interface SimulatedConcentratorOptions {
  readonly air: Air;
  readonly clock: Clock;
  readonly random: Random;
  readonly point: Point;
  readonly gainDbi: number;
  readonly clutterDb: number;
  /** Its chip stamps fine times, by true air time. Default: none. */
  readonly gps?: "none" | "fine-time";
}

export class SimulatedConcentrator implements Concentrator, Station {
  readonly radio: Radio;
  readonly #air: Air;
  readonly #clock: Clock;
  readonly #frames = new FrameQueue();
  readonly #frequencies: ReadonlySet<number>;
  readonly #powerDbmMax: number;
  /** Jitter of fine times; undefined: the chip has none. */
  readonly #fineTime: Random | undefined;
  /** Air time at which the counter was 0. */
  readonly #zeroUs: number;
  #queue: { readonly startUs: number; readonly endUs: number }[] = [];
  #state: "new" | "running" | "disposed" = "new";

  constructor(options: SimulatedConcentratorOptions) {
    const { air, clock, random, point, gainDbi, clutterDb, gps = "none" } = options;
    const noiseFigureDb = CONCENTRATOR_NOISE_FIGURE_DB;
    this.radio = air.radio({ point, gainDbi, clutterDb, noiseFigureDb });
    this.#air = air;
    this.#clock = clock;
    // Counters begin anywhere, so that those of a fleet wrap at all times.
    this.#zeroUs = air.nowUs() - random.below(COUNTER_MODULUS);
    this.#fineTime = gps === "none" ? undefined : random.stream("fine-time");
    this.#frequencies = transmitFrequencies(air.plan);
    const { maxEirpDbm, downlinkPowerDbm, beacon, rx2 } = air.plan;
    this.#powerDbmMax = Math.max(maxEirpDbm, downlinkPowerDbm, beacon.powerDbm, rx2.powerDbm);
  }

  async start(): Promise<void> {
    this.#state = "running";
    this.#air.addStation(this);
  }

  frames(): AsyncIterable<ReceivedFrame> {
    return this.#frames.read();
  }

  async transmit(request: TransmitRequest): Promise<TransmitOutcome> {
    const { payload, dataRate, codingRate, crc } = request;
    const refusal = this.#flawOf(request);
    if (refusal !== undefined) return { outcome: "refused", reason: refusal };
    const airtimeUs = airtimeOf({ dataRate, codingRate, crc, payloadBytes: payload.length });
    const nowUs = this.#air.nowUs();
    this.#queue = this.#queue.filter(({ endUs }) => endUs + MARGIN_US > nowUs);
    const start =
      request.when.kind === "immediate"
        ? { startUs: this.#freeFrom({ fromUs: nowUs + START_DELAY_US, airtimeUs }) }
        : this.#startAt({ counterUs: request.when.counterUs, nowUs, airtimeUs });
    if ("reason" in start) return { outcome: "refused", reason: start.reason };
    if (this.#queue.length >= QUEUE_LENGTH_MAX) {
      return { outcome: "refused", reason: "collision-packet" };
    }
    const { startUs } = start;
    this.#queue.push({ startUs, endUs: startUs + airtimeUs });
    const copy = { ...request, payload: new Uint8Array(payload) };
    this.#clock.after((startUs - nowUs) / 1000, () => {
      if (this.#state === "running") this.#air.transmit({ ...copy, radio: this.radio, startUs });
    });
    return { outcome: "accepted", airtimeUs, ...this.#stamp(startUs + airtimeUs, 0) };
  }

  /** Of the air. */
  receive({ transmission, rssiDbm, snrDb }: Reception): void {
    const { payload, frequencyHz, dataRate, codingRate, endUs, channel, damaged, crc, radio } =
      transmission;
    this.#frames.push({
      payload,
      crc: damaged === true ? "bad" : crc ? "ok" : "none",
      modulation: "lora",
      frequencyHz,
      dataRate,
      codingRate,
      rssiDbm: dbm(rssiDbm),
      snrDb: db(snrDb),
      channel,
      counterUs: this.#counterAt(endUs),
      receivedAt: this.#clock.now(),
      ...this.#stamp(endUs, distanceMeters(radio, this.radio)),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === "disposed") return;
    if (this.#state === "running") this.#air.removeStation(this);
    this.#state = "disposed";
    this.#frames.end();
  }

  #flawOf({ payload, frequencyHz, powerDbm }: TransmitRequest): TransmitRefusal | undefined {
    if (this.#state !== "running") return "radio-silent";
    if (payload.length > PAYLOAD_BYTES_MAX) return "payload-too-large";
    if (!this.#frequencies.has(frequencyHz)) return "frequency-unsupported";
    if (powerDbm > this.#powerDbmMax) return "power-unsupported";
    return undefined;
  }

  /** Whole counter arithmetic is modulo 2^32; more than half of it ahead is behind. */
  #startAt(at: {
    readonly counterUs: number;
    readonly nowUs: number;
    readonly airtimeUs: number;
  }): { readonly startUs: number } | { readonly reason: TransmitRefusal } {
    const { counterUs, nowUs, airtimeUs } = at;
    const aheadUs = modulo(counterUs - this.#counterAt(nowUs));
    if (aheadUs < LEAD_US_MIN || aheadUs >= COUNTER_MODULUS / 2) return { reason: "too-late" };
    if (aheadUs > LEAD_US_MAX) return { reason: "too-early" };
    const startUs = nowUs + aheadUs;
    const free = this.#freeFrom({ fromUs: startUs, airtimeUs });
    return free === startUs ? { startUs } : { reason: "collision-packet" };
  }

  /** The first time from `fromUs` on at which nothing that is planned is in the way. */
  #freeFrom({ fromUs, airtimeUs }: { fromUs: number; airtimeUs: number }): number {
    let startUs = fromUs;
    for (const planned of [...this.#queue].sort((one, other) => one.startUs - other.startUs)) {
      const isBefore = startUs + airtimeUs + MARGIN_US <= planned.startUs;
      const isAfter = startUs >= planned.endUs + MARGIN_US;
      if (!isBefore && !isAfter) startUs = planned.endUs + MARGIN_US;
    }
    return startUs;
  }

  /** Fine time of what ended at `airUs` and has come `meters` far. */
  #stamp(airUs: number, meters: number): { readonly fineTimeNs?: number } {
    if (this.#fineTime === undefined) return {};
    const jitterNs = normal(this.#fineTime) * FINE_TIME_JITTER_NS;
    const exactNs = (airUs % 1_000_000) * 1000 + meters / METERS_PER_NS + jitterNs;
    const fineTimeNs = Math.round(exactNs + NS_PER_SECOND) % NS_PER_SECOND;
    return { fineTimeNs };
  }

  #counterAt(airUs: number): number {
    return modulo(airUs - this.#zeroUs);
  }
}

function modulo(value: number): number {
  return ((value % COUNTER_MODULUS) + COUNTER_MODULUS) % COUNTER_MODULUS;
}

/** Where a hotspot of this plan may transmit: beacons, both receive windows of devices. */
function transmitFrequencies(plan: RegionPlan): ReadonlySet<number> {
  const frequencies = new Set<number>([...plan.beacon.channels, plan.rx2.frequencyHz]);
  for (const frequencyHz of plan.uplinkChannels) {
    for (const rate of plan.dataRates) {
      const window = rate === undefined ? undefined : plan.rx1(frequencyHz, rate);
      if (window !== undefined) frequencies.add(window.frequencyHz);
    }
  }
  const { standardChannel } = plan;
  const standard =
    standardChannel && plan.rx1(standardChannel.frequencyHz, standardChannel.dataRate);
  if (standard) frequencies.add(standard.frequencyHz);
  return frequencies;
}

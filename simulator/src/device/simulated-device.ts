/**
 * A LoRaWAN 1.0.x device of class A on simulated air: real frames, real MICs, both receive windows.
 */
import assert from "node:assert";
import type { Clock, Random, Store, Timer } from "@katydid/platform";
import {
  airtimeOf,
  buildDataFrame,
  buildJoinRequest,
  type DataRate,
  deriveSessionKeys,
  type Hertz,
  type LorawanKeys,
  openDownlink,
  parseJoinAccept,
  type RegionPlan,
} from "@katydid/protocol";
import type { Air, Reception, Station, Transmission } from "../air/air.ts";
import { DEVICE_NOISE_FIGURE_DB, type Radio } from "../air/radio.ts";
import { DeviceMemory, type Session } from "./device-memory.ts";
import type { DeviceProgram } from "./program.ts";
import { joinWindows, receiveWindows } from "./receive-windows.ts";

/**
 * Wait after a join that was not answered, ms: doubles up to the maximum, evenly from a half of it.
 */
const JOIN_RETRY_MS_MIN = 15_000;
const JOIN_RETRY_MS_MAX = 3_600_000;
/** Between the last receive window and its judgement, ms: a frame that began in it has to end. */
const WINDOW_MARGIN_MS = 3000;
/** A confirmed frame is sent this many times at most (LoRaWAN suggests 8). */
const CONFIRMED_ATTEMPTS_MAX = 4;

export type Activation =
  | { readonly kind: "otaa"; readonly appKey: Uint8Array }
  | { readonly kind: "abp"; readonly devAddr: number; readonly keys: LorawanKeys };

export interface SimulatedDeviceOptions {
  readonly devEui: bigint;
  readonly joinEui: bigint;
  readonly activation: Activation;
  readonly program: DeviceProgram;
  readonly air: Air;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  readonly dataRate: DataRate;
  readonly powerDbm: number;
  readonly gainDbi: number;
  readonly clutterDb: number;
  /** Uplinks that ask for an acknowledgement and are repeated without one. */
  readonly confirmation?: "none" | "asked";
  readonly onDownlink?: (downlink: DeviceDownlink) => void;
}

export interface DeviceDownlink {
  readonly fPort: number | undefined;
  readonly payload: Uint8Array;
  readonly ack: boolean;
}

export interface DeviceCounts {
  joinRequests: number;
  joins: number;
  /** Reports; repetitions are counted apart. */
  uplinks: number;
  repetitions: number;
  acknowledged: number;
  downlinks: number;
  /** Frames in a window that were not for this device, or old, or forged. */
  refusedDownlinks: number;
}

export class SimulatedDevice implements Station {
  readonly radio: Radio;
  readonly counts: DeviceCounts = {
    joinRequests: 0,
    joins: 0,
    uplinks: 0,
    repetitions: 0,
    acknowledged: 0,
    downlinks: 0,
    refusedDownlinks: 0,
  };
  readonly #options: SimulatedDeviceOptions;
  readonly #plan: RegionPlan;
  readonly #memory: DeviceMemory;
  readonly #timers = new Set<Timer>();
  #session: Session | undefined;
  #stopped = false;
  #joining: { readonly devNonce: number; readonly appKey: Uint8Array } | undefined;
  #joinRetryMs = JOIN_RETRY_MS_MIN;
  /** Set by a confirmed downlink: the next uplink acknowledges it. */
  #owesAck = false;
  #awaitsAck = false;

  constructor(options: SimulatedDeviceOptions) {
    const { air, clock, program, gainDbi, clutterDb } = options;
    this.#options = options;
    this.#plan = air.plan;
    this.#memory = new DeviceMemory(options.store);
    const point = program.pointAt(clock.now());
    this.radio = air.radio({
      point,
      gainDbi,
      clutterDb,
      noiseFigureDb: DEVICE_NOISE_FIGURE_DB,
    });
  }

  /** Undefined until it has joined. */
  get devAddr(): number | undefined {
    return this.#session?.devAddr;
  }

  /** Joins if it has not yet, then reports each period, from a random moment of the first on. */
  async start(): Promise<void> {
    const { activation, program, random } = this.#options;
    this.#session = this.#memory.session();
    if (this.#session === undefined && activation.kind === "abp") {
      const { devAddr, keys } = activation;
      const rx2DataRate = this.#plan.rx2DataRateIndex;
      const session = { devAddr, keys, rxDelaySeconds: 1, rx1DrOffset: 0, rx2DataRate };
      await this.#memory.begin(session);
      this.#session = session;
    }
    const firstMs = program.periodMs * random.unit();
    if (this.#session !== undefined) this.#later(firstMs, () => this.#report());
    else this.#later(firstMs, () => this.#join());
  }

  /** Nothing is written after this: its store may be closed. Frames still on the air are not heard. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  /** Of the air: a frame in one of its windows. */
  receive({ transmission }: Reception): void {
    if (this.#stopped) return;
    if (this.#joining !== undefined) this.#takeJoinAccept(transmission.payload);
    else this.#takeDownlink(transmission.payload);
  }

  async #join(): Promise<void> {
    const { activation, devEui, joinEui, random } = this.#options;
    assert(activation.kind === "otaa", "a device without a session joins");
    const { appKey } = activation;
    const devNonce = await this.#memory.nextDevNonce();
    if (this.#stopped) return;
    this.#joining = { devNonce, appKey };
    this.counts.joinRequests += 1;
    const payload = buildJoinRequest({ appKey, joinEui, devEui, devNonce });
    const sent = this.#transmit(payload, this.#plan.joinChannels);
    this.#air.listen(joinWindows(this.#plan, sent), this);
    const waitMs = (this.#plan.joinAcceptDelay2Us + (sent.endUs - sent.startUs)) / 1000;
    this.#later(waitMs + WINDOW_MARGIN_MS, () => {
      if (this.#session !== undefined) return;
      this.#joining = undefined;
      const retryMs = this.#joinRetryMs * (0.5 + random.unit() / 2);
      this.#joinRetryMs = Math.min(JOIN_RETRY_MS_MAX, 2 * this.#joinRetryMs);
      this.#later(retryMs, () => this.#join());
    });
  }

  async #takeJoinAccept(phyPayload: Uint8Array): Promise<void> {
    const joining = this.#joining;
    if (joining === undefined) return;
    const { appKey, devNonce } = joining;
    const accept = parseJoinAccept({ phyPayload, appKey });
    if (accept === undefined) {
      this.counts.refusedDownlinks += 1;
      return;
    }
    const { joinNonce, netId, devAddr, rxDelaySeconds, rx1DrOffset, rx2DataRate } = accept;
    const keys = deriveSessionKeys({ appKey, joinNonce, netId, devNonce });
    const session = { devAddr, keys, rxDelaySeconds, rx1DrOffset, rx2DataRate };
    this.#session = session;
    this.#joining = undefined;
    this.counts.joins += 1;
    await this.#memory.begin(session);
    const { program, random } = this.#options;
    this.#later(program.periodMs * random.unit(), () => this.#report());
  }

  async #report(): Promise<void> {
    const { program, clock, confirmation = "none" } = this.#options;
    const session = this.#session;
    assert(session !== undefined, "a device that has joined reports");
    this.#later(program.periodMs, () => this.#report());
    const nowMs = clock.now();
    this.radio.move(program.pointAt(nowMs));
    const confirmed = confirmation === "asked";
    const payload = program.report(nowMs);
    const { devAddr, keys } = session;
    const fCnt32 = await this.#memory.nextUp();
    if (this.#stopped) return;
    const { fPort } = program;
    const ack = this.#owesAck;
    this.#owesAck = false;
    this.counts.uplinks += 1;
    const common = { direction: "up" as const, devAddr, keys, fCnt32, fPort, payload };
    const phyPayload = buildDataFrame({ ...common, confirmed, ack });
    this.#awaitsAck = confirmed;
    this.#send({ phyPayload, session, attempt: 1 });
  }

  #send(from: { phyPayload: Uint8Array; session: Session; attempt: number }): void {
    const { phyPayload, session, attempt } = from;
    const sent = this.#transmit(phyPayload, this.#plan.uplinkChannels);
    this.#air.listen(receiveWindows({ plan: this.#plan, sent, session }), this);
    if (!this.#awaitsAck || attempt >= CONFIRMED_ATTEMPTS_MAX) return;
    const waitMs = (session.rxDelaySeconds + 1) * 1000 + WINDOW_MARGIN_MS;
    const jitterMs = 2000 * this.#options.random.unit();
    this.#later(waitMs + jitterMs, () => {
      if (!this.#awaitsAck) return;
      this.counts.repetitions += 1;
      this.#send({ phyPayload, session, attempt: attempt + 1 });
    });
  }

  async #takeDownlink(phyPayload: Uint8Array): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    const { devAddr, keys } = session;
    const lastFCnt = this.#memory.lastDown();
    const opened = openDownlink({ phyPayload, devAddr, keys, lastFCnt });
    if (opened.outcome === "refused") {
      this.counts.refusedDownlinks += 1;
      return;
    }
    const { frame, fCnt32, payload } = opened;
    this.counts.downlinks += 1;
    if (frame.confirmed) this.#owesAck = true;
    if (frame.ack && this.#awaitsAck) {
      this.#awaitsAck = false;
      this.counts.acknowledged += 1;
    }
    await this.#memory.setLastDown(fCnt32);
    this.#options.onDownlink?.({ fPort: frame.fPort, payload, ack: frame.ack });
  }

  #transmit(payload: Uint8Array, channels: readonly Hertz[]): Transmission {
    const { random, dataRate, powerDbm } = this.#options;
    const frequencyHz = channels[random.below(channels.length)];
    assert(frequencyHz !== undefined, "a plan has channels");
    const airtimeUs = airtimeOf({ dataRate, payloadBytes: payload.length });
    const { dwellUs } = this.#plan;
    assert(dwellUs === undefined || airtimeUs <= dwellUs, `${airtimeUs} us on the air`);
    return this.#air.transmit({
      radio: this.radio,
      payload,
      frequencyHz,
      dataRate,
      codingRate: "4/5",
      powerDbm,
      invertPolarity: false,
      crc: true,
    });
  }

  get #air(): Air {
    return this.#options.air;
  }

  #later(delayMs: number, action: () => void): void {
    if (this.#stopped) return;
    const timer = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
  }
}

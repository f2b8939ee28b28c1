/**
 * The air that all radios share. One event a transmission, at its end: who was in reach, was not
 * talking, had a demodulator free and no stronger neighbour in time, hears it.
 *
 * Time is the given clock's, in whole microseconds; a transmission says when it began, so a late
 * timer of a real clock does not shift it. What is left out: frames on neighbouring channels do not
 * meet, a frame that loses against another is gone rather than received with a wrong CRC, and
 * inverted (downlink) and upright frames do not disturb each other.
 */
import type { Clock, Random } from "@katydid/platform";
import {
  airtimeOf,
  type CodingRate,
  type DataRate,
  type Hertz,
  parseDataRate,
  type RegionPlan,
} from "@katydid/protocol";
import { type Demodulator, Demodulators } from "./demodulators.ts";
import { type Place, Plane } from "./geometry.ts";
import { harmlessUs, type InterferenceModel, survivalRatioDb } from "./interference.ts";
import { ListeningDevices, type Window } from "./listening.ts";
import { Neighbourhood } from "./neighbourhood.ts";
import { Propagation, type PropagationParameters } from "./propagation.ts";
import { noiseDbm, Radio, type RadioOptions, sensitivityDbm } from "./radio.ts";

/** SNR is not reported above this, dB: the estimator of the chips saturates. */
const SNR_DB_MAX = 13;

export interface AirOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly plan: RegionPlan;
  /** Centre of the map. */
  readonly origin: Place;
  readonly propagation?: PropagationParameters;
  readonly interference?: InterferenceModel;
}

export interface TransmissionInput {
  readonly radio: Radio;
  readonly payload: Uint8Array;
  readonly frequencyHz: Hertz;
  readonly dataRate: DataRate;
  readonly codingRate: CodingRate;
  /** Into the antenna; its gain is added. */
  readonly powerDbm: number;
  readonly invertPolarity: boolean;
  readonly crc: boolean;
  /** Air time in microseconds; absent: now. */
  readonly startUs?: number;
  /** The payload is damaged on the way: receivers see a wrong CRC. */
  readonly damaged?: boolean;
}

export interface Transmission extends TransmissionInput {
  readonly startUs: number;
  readonly endUs: number;
  /** Its number among its radio's. */
  readonly frame: number;
  /** IF channel of this network's concentrators; -1: they do not listen there. */
  readonly channel: number;
}

export interface Reception {
  readonly transmission: Transmission;
  /** Rounded to tenths. */
  readonly rssiDbm: number;
  readonly snrDb: number;
}

/** A fixed receiver on all channels of the plan: a concentrator. */
export interface Station {
  readonly radio: Radio;
  receive(reception: Reception): void;
}

export interface AirCounts {
  transmissions: number;
  /** At concentrators. */
  receptions: number;
  /** At devices. */
  downlinks: number;
  /** Would have been heard, but for: */
  lostToInterference: number;
  lostToTalking: number;
  lostToDemodulators: number;
  /** Transmissions that no receiver was in reach of. */
  unheard: number;
}

export class Air {
  readonly plane: Plane;
  readonly propagation: Propagation;
  readonly plan: RegionPlan;
  readonly counts: AirCounts = {
    transmissions: 0,
    receptions: 0,
    downlinks: 0,
    lostToInterference: 0,
    lostToTalking: 0,
    lostToDemodulators: 0,
    unheard: 0,
  };
  readonly #clock: Clock;
  #radios = 0;
  readonly interference: InterferenceModel;
  readonly #channels: ReadonlyMap<number, number>;
  readonly #stations = new Neighbourhood<StationSeat>();
  readonly #listening = new ListeningDevices();
  /**
   * By frequency, in the order of starting: what is on the air, and what may still have disturbed
   * it.
   */
  readonly #onAir = new Map<number, OnAir[]>();
  readonly #observers = new Set<(transmission: Transmission) => void>();
  readonly #endObservers = new Set<(transmission: Transmission, receivers: number) => void>();
  /** Best antenna gain less clutter and worst noise figure among the stations: bounds of reach. */
  #stationGainDb = Number.NEGATIVE_INFINITY;
  #stationNoiseFigureDb = Number.POSITIVE_INFINITY;

  constructor(options: AirOptions) {
    this.plan = options.plan;
    this.plane = new Plane(options.origin);
    this.propagation = new Propagation(options.random.stream("shadowing"), options.propagation);
    this.#clock = options.clock;
    this.interference = options.interference ?? "goursaud";
    this.#channels = channelsOf(options.plan);
  }

  nowUs(): number {
    return Math.round(this.#clock.now() * 1000);
  }

  radio(options: RadioOptions): Radio {
    this.#radios += 1;
    return new Radio(this.propagation, { ...options, id: this.#radios });
  }

  /** Lets a concentrator hear. */
  addStation(station: Station): void {
    const { radio } = station;
    this.#stations.add(new StationSeat(station));
    this.#stationGainDb = Math.max(this.#stationGainDb, radio.gainDbi - radio.clutterDb);
    this.#stationNoiseFigureDb = Math.min(this.#stationNoiseFigureDb, radio.noiseFigureDb);
  }

  removeStation(station: Station): void {
    const reach = Number.MAX_SAFE_INTEGER;
    const seat = this.#stations
      .around(station.radio, reach)
      .find((each) => each.station === station);
    if (seat !== undefined) this.#stations.remove(seat);
  }

  /** Lets a device hear one frame in one of its windows, the first that it locks on to. */
  listen(windows: readonly Window[], device: Station): void {
    this.#listening.add({ device, windows, nowUs: this.nowUs() });
  }

  /** Calls `observer` for each transmission when it begins. */
  observe(observer: (transmission: Transmission) => void): void {
    this.#observers.add(observer);
  }

  /** Calls `observer` when a transmission has ended, with the number of those who read it. */
  observeEnd(observer: (transmission: Transmission, receivers: number) => void): void {
    this.#endObservers.add(observer);
  }

  /** Mean received power of a link, dBm: without fading. */
  meanRssiDbm(transmission: Pick<Transmission, "radio" | "powerDbm" | "frequencyHz">, to: Radio) {
    const { radio, powerDbm, frequencyHz } = transmission;
    const dx = radio.x - to.x;
    const dy = radio.y - to.y;
    const fields = radio.field + to.field;
    const loss = this.propagation.lossDb(dx * dx + dy * dy, fields, frequencyHz);
    return powerDbm + radio.gainDbi + to.gainDbi - radio.clutterDb - to.clutterDb - loss;
  }

  transmit(input: TransmissionInput): Transmission {
    const { radio, dataRate, codingRate, crc, payload, frequencyHz } = input;
    const startUs = input.startUs ?? this.nowUs();
    const airtimeUs = airtimeOf({ dataRate, codingRate, crc, payloadBytes: payload.length });
    const endUs = startUs + airtimeUs;
    const channel = this.#channelOf(frequencyHz, dataRate);
    radio.frames += 1;
    const onAir = new OnAir({ ...input, startUs, endUs, channel, frame: radio.frames });
    radio.talksFromUs = startUs;
    radio.talksUntilUs = endUs;
    this.counts.transmissions += 1;
    if (input.invertPolarity) this.#reachDevices(onAir);
    else if (channel >= 0) this.#reachStations(onAir);
    const others = this.#onAir.get(frequencyHz);
    if (others === undefined) this.#onAir.set(frequencyHz, [onAir]);
    else others.push(onAir);
    for (const observer of this.#observers) observer(onAir.transmission);
    this.#clock.after((endUs - this.nowUs()) / 1000, () => this.#finish(onAir));
    return onAir.transmission;
  }

  #channelOf(frequencyHz: number, rate: DataRate): number {
    const channel = this.#channels.get(frequencyHz);
    if (channel === undefined) return -1;
    const { standardChannel } = this.plan;
    const isStandard = frequencyHz === standardChannel?.frequencyHz && channel === 8;
    if (isStandard) return rate === standardChannel.dataRate ? channel : -1;
    // The multi-SF demodulators read 125 kHz only.
    return parseDataRate(rate).bandwidthHz === 125_000 ? channel : -1;
  }

  #reachStations(onAir: OnAir): void {
    const { transmission, spreadingFactor } = onAir;
    const { radio, powerDbm } = transmission;
    const best = onAir.quietFloorDbm + this.#stationNoiseFigureDb;
    const sentDbm = powerDbm + radio.gainDbi - radio.clutterDb;
    const reachMeters = this.propagation.reachMeters(sentDbm + this.#stationGainDb - best);
    for (const seat of this.#stations.around(radio, reachMeters)) {
      if (seat.station.radio === radio) continue;
      const rssiDbm = this.#rssiAt(onAir, seat.station.radio);
      if (rssiDbm === undefined) continue;
      if (seat.station.radio.talksWithin(transmission.startUs, transmission.endUs)) {
        this.counts.lostToTalking += 1;
        continue;
      }
      const demodulator = seat.demodulators.take(spreadingFactor);
      if (demodulator === undefined) this.counts.lostToDemodulators += 1;
      else onAir.receivers.push({ station: seat.station, rssiDbm, seat, demodulator });
    }
    if (onAir.receivers.length === 0) this.counts.unheard += 1;
  }

  #reachDevices(onAir: OnAir): void {
    this.#listening.match(onAir.transmission, (device) => {
      const rssiDbm = this.#rssiAt(onAir, device.radio);
      if (rssiDbm === undefined) return false;
      onAir.receivers.push({ station: device, rssiDbm });
      return true;
    });
  }

  /** With this packet's fading, rounded; undefined: too weak. */
  #rssiAt(onAir: OnAir, to: Radio): number | undefined {
    const { fadingDb } = this.propagation.parameters;
    const floor = onAir.quietFloorDbm + to.noiseFigureDb;
    const mean = this.meanRssiDbm(onAir.transmission, to);
    // Below four deviations the draw is not worth its time.
    if (mean < floor - 4 * fadingDb) return undefined;
    const { radio: from, frame } = onAir.transmission;
    const fading = this.propagation.fadingDb({ from: from.id, frame, to: to.id });
    const rssiDbm = Math.round((mean + fading) * 10) / 10;
    return rssiDbm < floor ? undefined : rssiDbm;
  }

  #finish(onAir: OnAir): void {
    onAir.finished = true;
    const { transmission, receivers } = onAir;
    const rivals = receivers.length === 0 ? [] : this.#rivalsOf(onAir);
    this.#forget(transmission.frequencyHz);
    let readers = 0;
    for (const { station, rssiDbm, seat, demodulator } of receivers) {
      if (seat !== undefined && demodulator !== undefined) seat.demodulators.give(demodulator);
      if (station.radio.talksWithin(transmission.startUs, transmission.endUs)) {
        this.counts.lostToTalking += 1;
      } else if (
        rivals.some((rival) => this.#isBeaten({ onAir, rssiDbm, rival, at: station.radio }))
      ) {
        this.counts.lostToInterference += 1;
      } else {
        if (transmission.invertPolarity) this.counts.downlinks += 1;
        else this.counts.receptions += 1;
        readers += 1;
        const noise = noiseDbm(onAir.bandwidthHz, station.radio.noiseFigureDb);
        const snrDb = Math.min(SNR_DB_MAX, Math.round((rssiDbm - noise) * 10) / 10);
        station.receive({ transmission, rssiDbm, snrDb });
      }
    }
    for (const observer of this.#endObservers) observer(transmission, readers);
  }

  /** What was on the air on the same frequency while it could harm. */
  #rivalsOf(onAir: OnAir): OnAir[] {
    const { startUs, endUs, frequencyHz, invertPolarity } = onAir.transmission;
    const fromUs = startUs + harmlessUs(onAir.symbolUs);
    return (this.#onAir.get(frequencyHz) ?? []).filter(
      ({ transmission }) =>
        transmission !== onAir.transmission &&
        transmission.invertPolarity === invertPolarity &&
        transmission.startUs < endUs &&
        transmission.endUs > fromUs,
    );
  }

  #isBeaten(check: { onAir: OnAir; rssiDbm: number; rival: OnAir; at: Radio }): boolean {
    const { onAir, rssiDbm, rival, at } = check;
    if (rival.transmission.radio === at) return false;
    const needed = survivalRatioDb({
      model: this.interference,
      wanted: onAir.spreadingFactor,
      interferer: rival.spreadingFactor,
    });
    return rssiDbm - this.meanRssiDbm(rival.transmission, at) < needed;
  }

  /** Lets go of what has ended before anything began that is still on the air. */
  #forget(frequencyHz: number): void {
    const all = this.#onAir.get(frequencyHz) ?? [];
    let oldestUs = Number.POSITIVE_INFINITY;
    for (const { finished, transmission } of all) {
      if (!finished) oldestUs = Math.min(oldestUs, transmission.startUs);
    }
    const kept = all.filter((each) => !each.finished || each.transmission.endUs > oldestUs);
    if (kept.length < all.length) this.#onAir.set(frequencyHz, kept);
  }
}

interface Receiver {
  readonly station: Station;
  readonly rssiDbm: number;
  /** Of concentrators. */
  readonly seat?: StationSeat;
  readonly demodulator?: Demodulator;
}

class StationSeat {
  readonly station: Station;
  readonly demodulators = new Demodulators();
  readonly x: number;
  readonly y: number;
  constructor(station: Station) {
    this.station = station;
    this.x = station.radio.x;
    this.y = station.radio.y;
  }
}

class OnAir {
  readonly transmission: Transmission;
  readonly spreadingFactor: number;
  readonly bandwidthHz: number;
  /** Sensitivity of a receiver without noise of its own, dBm. */
  readonly quietFloorDbm: number;
  readonly receivers: Receiver[] = [];
  finished = false;
  constructor(transmission: Transmission) {
    this.transmission = transmission;
    const { spreadingFactor, bandwidthHz } = parseDataRate(transmission.dataRate);
    this.spreadingFactor = spreadingFactor;
    this.bandwidthHz = bandwidthHz;
    this.quietFloorDbm = sensitivityDbm({ spreadingFactor, bandwidthHz, noiseFigureDb: 0 });
  }
  get symbolUs(): number {
    return (2 ** this.spreadingFactor * 1e6) / this.bandwidthHz;
  }
}

/** Frequency to IF channel: 0 to 7 multi-SF, 8 the one-data-rate channel. */
function channelsOf(plan: RegionPlan): ReadonlyMap<number, number> {
  const channels = new Map<number, number>();
  if (plan.standardChannel) channels.set(plan.standardChannel.frequencyHz, 8);
  for (const [channel, frequencyHz] of plan.uplinkChannels.entries()) {
    channels.set(frequencyHz, channel);
  }
  return channels;
}

/**
 * Region plans: what may be sent where, how and how loud. The numbers are data in hardware/regions,
 * whose README names the source of each.
 */
import eu868 from "@katydid/hardware/regions/eu868.json" with { type: "json" };
import us915 from "@katydid/hardware/regions/us915.json" with { type: "json" };
import { cellCenter, PARTS_PER_DEGREE } from "../coverage/cells.ts";
import { type Cell, type DataRate, type Dbm, dataRate, dbm, type Hertz, hertz } from "../units.ts";
import { checkRegionData, type DutyCycleBand, type RegionData } from "./region-data.ts";

/** Where and how a downlink is sent. */
export interface ReceiveWindow {
  readonly frequencyHz: Hertz;
  readonly dataRate: DataRate;
  /** What a gateway may radiate there. */
  readonly powerDbm: Dbm;
}

export interface RegionPlan {
  readonly name: string;
  /** Multi-SF channels of this network's gateways, in the order of their IF channel numbers. */
  readonly uplinkChannels: readonly Hertz[];
  /** The gateway's one-data-rate channel (IF channel 8). */
  readonly standardChannel: GatewayChannel | undefined;
  /** The gateway's FSK channel (IF channel 9). */
  readonly fskChannel: GatewayChannel | undefined;
  /** By data rate index 0 to 15. */
  readonly dataRates: readonly (DataRate | undefined)[];
  /** N of RP002 by data rate index: bytes of application payload where FOpts is empty. */
  readonly maxPayload: readonly (number | undefined)[];
  /** Channels of the gateway plan on which devices may send a join request. */
  readonly joinChannels: readonly Hertz[];
  readonly beacon: {
    readonly dataRate: DataRate;
    readonly powerDbm: Dbm;
    readonly channels: readonly Hertz[];
  };
  /**
   * The first receive window that answers an uplink. Undefined where the region has no such channel
   * or data rate: what a host claims about an uplink may be anything.
   */
  rx1(uplinkHz: Hertz, uplinkRate: DataRate, offset?: number): ReceiveWindow | undefined;
  readonly rx2: ReceiveWindow;
  /** Index of RX2's data rate, for the DLSettings of a join accept. */
  readonly rx2DataRateIndex: number;
  /** What a gateway may radiate on a channel of no band of its own. */
  readonly downlinkPowerDbm: Dbm;
  readonly joinAcceptDelay1Us: number;
  readonly joinAcceptDelay2Us: number;
  readonly receiveDelay1Us: number;
  readonly receiveDelay2Us: number;
  /** What a device may radiate, EIRP. */
  readonly maxEirpDbm: Dbm;
  readonly dutyCycle: readonly DutyCycleBand[];
  /** Longest time on air of an uplink, where the region limits it. */
  readonly dwellUs: number | undefined;
  readonly syncWord: number;
  readonly cfList: RegionData["cfList"];
  /** Index of a data rate among the uplink rates of the region. */
  dataRateIndex(rate: DataRate): number | undefined;
}

export interface GatewayChannel {
  readonly frequencyHz: Hertz;
  readonly dataRate: DataRate;
}

/** In the order in which regionOf asks them. */
const files = [eu868, us915].map(checkRegionData);
const plans: ReadonlyMap<string, RegionPlan> = new Map(
  files.map((data) => [data.name, makePlan(data)]),
);

/** Names of all regions that this version knows: `EU868`, `US915`. */
export const regionNames: readonly string[] = [...plans.keys()];

/** The plan of a region. Undefined for a name that this version does not know. */
export function tryRegionPlan(name: string): RegionPlan | undefined {
  return plans.get(name);
}

/** The plan of a region of `regionNames`; another name is a bug. */
export function regionPlan(name: string): RegionPlan {
  const plan = plans.get(name);
  if (!plan) throw new Error(`no such region: ${name} (there are ${regionNames.join(", ")})`);
  return plan;
}

/**
 * The region in which the centre of a cell lies: the first whose area holds it, or undefined. Integers
 * only: all replicas agree. Areas are coarse, so near a border a hotspot may get its neighbour's.
 */
export function regionOf(cell: Cell): string | undefined {
  const { latE7, lngE7 } = cellCenter(cell);
  for (const { name, areas } of files) {
    for (const { south, west, north, east } of areas) {
      const isInside =
        latE7 >= south * PARTS_PER_DEGREE &&
        latE7 < north * PARTS_PER_DEGREE &&
        lngE7 >= west * PARTS_PER_DEGREE &&
        lngE7 < east * PARTS_PER_DEGREE;
      if (isInside) return name;
    }
  }
  return undefined;
}

function makePlan(data: RegionData): RegionPlan {
  const { power, delaysUs } = data;
  const rows = Array.from({ length: 16 }, (_, index) => data.dataRates[String(index)]);
  const dataRates = rows.map((row) => (row ? dataRate(row.dataRate) : undefined));
  const uplinkIndex = uplinkIndices(data);
  const channelNumber = channelNumbers(data);
  const joins = new Set(
    uplinkHz(data).flatMap(({ join, frequencyHz }) => (join ? frequencyHz : [])),
  );

  const window = (frequencyHz: number, index: number): ReceiveWindow | undefined => {
    const rate = dataRates[index];
    if (rate === undefined) return undefined;
    return {
      frequencyHz: hertz(frequencyHz),
      dataRate: rate,
      powerDbm: powerAt(data, frequencyHz),
    };
  };
  const rx2 = window(data.rx2.frequencyHz, data.rx2.dr);
  if (!rx2) throw new Error("unreachable: checked at load");

  return {
    name: data.name,
    uplinkChannels: data.gateway.multiSfHz.map(hertz),
    standardChannel: gatewayChannel(data.gateway.standard),
    fskChannel: gatewayChannel(data.gateway.fsk),
    dataRates,
    maxPayload: rows.map((row) => row?.maxPayload),
    joinChannels: data.gateway.multiSfHz.filter((hz) => joins.has(hz)).map(hertz),
    beacon: {
      dataRate: dataRate(data.beacon.dataRate),
      powerDbm: dbm(data.beacon.powerDbm),
      channels: data.beacon.channelsHz.map(hertz),
    },
    rx1: (frequencyHz, rate, offset = 0) => {
      const index = uplinkIndex.get(rate);
      const answer = index === undefined ? undefined : data.rx1.offsets[String(index)]?.[offset];
      const answerHz = rx1Frequency(data, frequencyHz, channelNumber.get(frequencyHz));
      return answer === undefined || answerHz === undefined ? undefined : window(answerHz, answer);
    },
    rx2,
    rx2DataRateIndex: data.rx2.dr,
    downlinkPowerDbm: dbm(power.downlinkDbm),
    joinAcceptDelay1Us: delaysUs.joinAccept1,
    joinAcceptDelay2Us: delaysUs.joinAccept2,
    receiveDelay1Us: delaysUs.receive1,
    receiveDelay2Us: delaysUs.receive2,
    maxEirpDbm: dbm(power.deviceMaxEirpDbm),
    dutyCycle: data.dutyCycle,
    dwellUs: data.dwellUs ?? undefined,
    syncWord: data.syncWord,
    cfList: data.cfList,
    dataRateIndex: (rate) => uplinkIndex.get(rate),
  };
}

/** Uplink data rates only: US915 has SF8BW500 as DR4 (up) and as DR12 (down). */
function uplinkIndices(data: RegionData): ReadonlyMap<string, number> {
  return new Map(
    Object.keys(data.rx1.offsets).map((index) => [
      data.dataRates[index]?.dataRate ?? "",
      Number(index),
    ]),
  );
}

function uplinkHz(data: RegionData) {
  return data.uplink.flatMap((run) =>
    Array.from({ length: run.count }, (_, index) => ({
      frequencyHz: run.firstHz + index * run.stepHz,
      join: run.join,
    })),
  );
}

function channelNumbers(data: RegionData): ReadonlyMap<number, number> {
  return new Map(uplinkHz(data).map(({ frequencyHz }, index) => [frequencyHz, index]));
}

/** Plans with dynamic channels answer on any frequency of a legal band, those with fixed ones by number. */
function rx1Frequency(
  { rx1, dutyCycle }: RegionData,
  frequencyHz: number,
  channelNumber: number | undefined,
): number | undefined {
  const { channel } = rx1;
  if (channel.kind === "modulo") {
    if (channelNumber === undefined) return undefined;
    return channel.firstHz + (channelNumber % channel.count) * channel.stepHz;
  }
  const isLegal =
    channelNumber !== undefined ||
    dutyCycle.some(({ fromHz, toHz }) => frequencyHz >= fromHz && frequencyHz < toHz);
  return isLegal ? frequencyHz : undefined;
}

function powerAt({ power }: RegionData, frequencyHz: number): Dbm {
  const band = power.downlinkBands.find(
    ({ fromHz, toHz }) => frequencyHz >= fromHz && frequencyHz < toHz,
  );
  return dbm(band?.powerDbm ?? power.downlinkDbm);
}

function gatewayChannel(
  channel: { readonly frequencyHz: number; readonly dataRate: string } | null,
): GatewayChannel | undefined {
  if (!channel) return undefined;
  return { frequencyHz: hertz(channel.frequencyHz), dataRate: dataRate(channel.dataRate) };
}

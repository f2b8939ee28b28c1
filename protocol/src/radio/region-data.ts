/** Shape of hardware/regions/*.json, checked once at load. A bad file is a bug: it is in the repository. */

import { assert } from "../bytes/assert.ts";
import { tryParseDataRate } from "./airtime.ts";

/** One region's file. Frequencies in Hz, times in microseconds; null: there is none. */
export interface RegionData {
  readonly name: string;
  readonly source: string;
  /** By data rate index 0 to 15, as decimal text. `maxPayload`: N of RP002, bytes without FOpts. */
  readonly dataRates: Readonly<
    Record<string, { readonly dataRate: string; readonly maxPayload: number }>
  >;
  /** Runs of uplink channels; their numbers are those of the specification, in this order. */
  readonly uplink: readonly {
    readonly firstHz: number;
    readonly stepHz: number;
    readonly count: number;
    readonly minDr: number;
    readonly maxDr: number;
    readonly join: boolean;
  }[];
  /** What a gateway of this network listens on. */
  readonly gateway: {
    readonly multiSfHz: readonly number[];
    readonly standard: GatewayChannel | null;
    readonly fsk: GatewayChannel | null;
  };
  /** Channels that a join accept tells a device (RP002, "JoinAccept CFList"). */
  readonly cfList:
    | { readonly kind: "frequencies"; readonly frequenciesHz: readonly number[] }
    | { readonly kind: "masks"; readonly masks: readonly number[] }
    | null;
  readonly rx1: {
    readonly channel:
      | { readonly kind: "same" }
      | {
          readonly kind: "modulo";
          readonly firstHz: number;
          readonly stepHz: number;
          readonly count: number;
        };
    /** By uplink data rate index: downlink index for each RX1DROffset. */
    readonly offsets: Readonly<Record<string, readonly number[]>>;
  };
  readonly rx2: { readonly frequencyHz: number; readonly dr: number };
  readonly delaysUs: {
    readonly receive1: number;
    readonly receive2: number;
    readonly joinAccept1: number;
    readonly joinAccept2: number;
  };
  readonly power: {
    readonly deviceMaxEirpDbm: number;
    readonly downlinkDbm: number;
    readonly downlinkBands: readonly {
      readonly fromHz: number;
      readonly toHz: number;
      readonly powerDbm: number;
    }[];
  };
  readonly dutyCycle: readonly DutyCycleBand[];
  readonly dwellUs: number | null;
  readonly syncWord: number;
  readonly beacon: {
    readonly dataRate: string;
    readonly powerDbm: number;
    readonly channelsHz: readonly number[];
  };
  /** Boxes of whole degrees, south and west edges inside, north and east outside. */
  readonly areas: readonly Area[];
}

interface GatewayChannel {
  readonly frequencyHz: number;
  readonly dataRate: string;
}

/** Share of time, in thousandths of any hour, and radiated power in a band (EN 300 220-2 annex B). */
export interface DutyCycleBand {
  readonly fromHz: number;
  readonly toHz: number;
  readonly permille: number;
  readonly maxErpDbm: number;
}

export interface Area {
  readonly south: number;
  readonly west: number;
  readonly north: number;
  readonly east: number;
}

/** Asserts that the file has the shape and the relations that regions.ts leans on. */
export function checkRegionData(file: unknown): RegionData {
  const data = file as RegionData;
  const must = (holds: boolean, why: string) => assert(holds, `region ${data.name}: ${why}`);
  must(/^[A-Z]{2}[0-9]{3}(-[0-9])?$/.test(data.name), "name");
  checkDataRates(data, must);
  checkChannels(data, must);

  const { delaysUs, power, beacon, areas } = data;
  must(delaysUs.receive2 === delaysUs.receive1 + 1_000_000, "RX2 opens one second after RX1");
  must(delaysUs.joinAccept2 === delaysUs.joinAccept1 + 1_000_000, "join RX2 likewise");
  must(isPower(power.deviceMaxEirpDbm) && isPower(power.downlinkDbm), "power");
  for (const band of power.downlinkBands) {
    must(isFrequency(band.fromHz) && band.fromHz < band.toHz && isPower(band.powerDbm), "band");
  }
  for (const band of data.dutyCycle) {
    must(band.fromHz < band.toHz && band.permille >= 1 && band.permille <= 1000, "duty cycle");
  }
  must(data.dwellUs === null || data.dwellUs > 0, "dwell time");
  must(data.syncWord === 0x34, "LoRaWAN's public sync word");
  must(tryParseDataRate(beacon.dataRate) !== undefined, "a beacon is LoRa");
  must(isPower(beacon.powerDbm), "beacon power");
  // challenge.ts takes the channel as LE16(payload) modulo their number.
  must(beacon.channelsHz.length > 0 && beacon.channelsHz.length <= 65_536, "beacon channels");
  must(beacon.channelsHz.every(isFrequency), "beacon channels");
  must(areas.length > 0 && areas.every(isArea), "areas");
  return data;
}

type Must = (holds: boolean, why: string) => void;

function checkDataRates({ dataRates, rx1, rx2 }: RegionData, must: Must): void {
  const isKnown = (index: number) => dataRates[String(index)] !== undefined;
  for (const [index, row] of Object.entries(dataRates)) {
    must(/^([0-9]|1[0-5])$/.test(index), `data rate index ${index}`);
    const isFsk = /^[0-9]{4,6}$/.test(row.dataRate);
    must(isFsk || tryParseDataRate(row.dataRate) !== undefined, `data rate ${row.dataRate}`);
    must(row.maxPayload > 0 && row.maxPayload <= 242, `payload of DR${index}`);
  }
  must(isKnown(rx2.dr) && isFrequency(rx2.frequencyHz), "RX2");
  for (const [index, row] of Object.entries(rx1.offsets)) {
    must(isKnown(Number(index)) && row.length > 0 && row.every(isKnown), `RX1 row ${index}`);
  }
}

function checkChannels({ dataRates, uplink, gateway, rx1, cfList }: RegionData, must: Must): void {
  must(uplink.length > 0, "uplink channels");
  for (const run of uplink) {
    must(isFrequency(run.firstHz) && run.stepHz > 0 && run.count > 0 && run.count <= 96, "run");
    for (let index = run.minDr; index <= run.maxDr; index++) {
      must(dataRates[String(index)] !== undefined, `uplink DR${index}`);
      must(rx1.offsets[String(index)] !== undefined, `RX1 of uplink DR${index}`);
    }
  }
  // 8 multi-SF channels is what an SX1301, SX1302 or SX1303 has.
  must(gateway.multiSfHz.length > 0 && gateway.multiSfHz.length <= 8, "gateway channels");
  must(gateway.multiSfHz.every(isFrequency), "gateway channels");
  if (rx1.channel.kind === "modulo") {
    must(isFrequency(rx1.channel.firstHz) && rx1.channel.count > 0, "downlink channels");
  }
  if (cfList?.kind === "frequencies") {
    must(cfList.frequenciesHz.length <= 5, "CFList has room for five frequencies");
    must(
      cfList.frequenciesHz.every((hz) => isFrequency(hz) && hz % 100 === 0),
      "CFList",
    );
  }
  if (cfList?.kind === "masks") must(cfList.masks.length <= 7, "CFList has room for seven masks");
}

const isFrequency = (hz: number) => Number.isInteger(hz) && hz >= 100_000_000 && hz < 2 ** 32;
const isPower = (powerDbm: number) => powerDbm >= 0 && powerDbm <= 36;
const isArea = ({ south, west, north, east }: Area) =>
  [south, west, north, east].every(Number.isInteger) &&
  -90 <= south &&
  south < north &&
  north <= 90 &&
  -180 <= west &&
  west < east &&
  east <= 180;

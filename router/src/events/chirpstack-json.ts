/**
 * Events as ChirpStack v4 writes them (its protobuf-JSON): lowerCamelCase, bytes in base64, times in
 * RFC 3339, enums by name. Top-level fields are there when they are zero; inside rxInfo and txInfo
 * zero values are left out (chirpstack api/rust/build.rs emits fields for package `integration`
 * only). So whatever reads ChirpStack reads Katydid.
 */

import type { Address, Cell } from "@katydid/protocol";
import {
  addressBytes,
  BoundedMap,
  cellCenter,
  type DataRate,
  devAddrText,
  PARTS_PER_DEGREE,
  sha256,
  toHex,
  tryParseDataRate,
  utf8,
} from "@katydid/protocol";
import type { Device } from "../device.ts";
import type { HotspotFacts } from "../sessions/hotspot-link.ts";
import type { Reception } from "../uplink/frame.ts";
import type {
  AckEvent,
  JoinEvent,
  LogEvent,
  RouterEvent,
  TxAckEvent,
  UplinkEvent,
} from "./events.ts";

/** Whose device it is, for `deviceInfo`. */
export interface OwnerNames {
  readonly tenantId: string;
  readonly tenantName: string;
  readonly applicationName: string;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** The body of an event, ready for JSON.stringify. */
export function chirpstackEvent(event: RouterEvent, names: OwnerNames): JsonObject {
  switch (event.kind) {
    case "up":
      return uplink(event, names);
    case "join":
      return join(event, names);
    case "ack":
      return ack(event, names);
    case "txack":
      return txAck(event, names);
    case "log":
      return log(event, names);
  }
}

/** EUI-64 of a hotspot, as gateways have one: the first bytes of its key. 16 hex digits. */
export function gatewayIdOf(address: Address): string {
  return toHex(addressBytes(address).subarray(1, 9));
}

/** RFC 3339 as ChirpStack has it, with an offset. */
export const timeText = (at: number): string => new Date(at).toISOString().replace("Z", "+00:00");

/** UUID of a name within a kind of thing, the same in every run. */
export function namedUuid(kind: string, name: string): string {
  const bytes = sha256(utf8(`katydid/${kind}/${name}`)).slice(0, 16);
  return uuidText(bytes);
}

/** A version 4 UUID (RFC 9562 §5.4) of 16 random bytes. */
export function uuidText(bytes: Uint8Array): string {
  const hex = toHex(bytes);
  const variant = "89ab"[(bytes[8] ?? 0) & 3];
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`];
  return [...parts, `${variant}${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
}

/** One a kind of device, and there are few. */
const PROFILES_MAX = 64;
const profileIds = new BoundedMap<string, string>(PROFILES_MAX);

function profileIdOf(kind: string): string {
  const known = profileIds.get(kind);
  if (known !== undefined) return known;
  const id = namedUuid("profile", kind);
  profileIds.set(kind, id);
  return id;
}

function deviceInfo(device: Device, names: OwnerNames): JsonObject {
  return {
    tenantId: names.tenantId,
    tenantName: names.tenantName,
    applicationId: device.applicationId,
    applicationName: names.applicationName,
    deviceProfileId: profileIdOf(device.kind),
    deviceProfileName: device.kind,
    deviceName: device.name,
    devEui: device.devEui,
    deviceClassEnabled: "CLASS_A",
    tags: device.tags,
  };
}

function uplink(event: UplinkEvent, names: OwnerNames): JsonObject {
  const [first] = event.receptions;
  const { object } = event.decoded;
  return {
    deduplicationId: event.id,
    time: timeText(event.at),
    deviceInfo: deviceInfo(event.device, names),
    devAddr: devAddrText(event.devAddr),
    adr: event.adr,
    dr: first?.link.plan.dataRateIndex(first.radio.dataRate) ?? 0,
    fCnt: event.fCnt,
    fPort: event.fPort ?? 0,
    confirmed: event.confirmed,
    data: base64(event.data),
    ...(object === undefined ? {} : { object }),
    rxInfo: event.receptions.map(rxInfo),
    txInfo: txInfo(first),
    regionConfigId: regionOf(first),
  };
}

const regionOf = (reception: Reception | undefined): string =>
  reception?.link.plan.name.toLowerCase() ?? "";

/** What every event says of a hotspot, made once for what the ledger says of it. */
interface GatewayTexts {
  readonly gatewayId: string;
  readonly location: { readonly location?: JsonObject };
}
const gatewayTexts = new WeakMap<HotspotFacts, GatewayTexts>();

function gatewayTextsOf(facts: HotspotFacts): GatewayTexts {
  const known = gatewayTexts.get(facts);
  if (known !== undefined) return known;
  const { address, cell } = facts;
  const location = cell === undefined ? {} : { location: locationOf(cell) };
  const texts = { gatewayId: gatewayIdOf(address), location };
  gatewayTexts.set(facts, texts);
  return texts;
}

function rxInfo({ link, radio, at, dc }: Reception): JsonObject {
  const { name, cell, address } = link.facts;
  const { gatewayId, location } = gatewayTextsOf(link.facts);
  return {
    gatewayId,
    uplinkId: radio.counterUs,
    gwTime: timeText(radio.receivedAt),
    nsTime: timeText(at),
    ...nonZero({ rssi: radio.rssiDbm, snr: radio.snrDb, channel: radio.channel }),
    ...location,
    metadata: {
      network: "katydid",
      region_config_id: link.plan.name.toLowerCase(),
      region_common_name: link.plan.name,
      hotspot_name: name,
      hotspot_address: address,
      ...(cell === undefined ? {} : { hotspot_cell: cell }),
      bought: dc === undefined ? "false" : "true",
      price_dc: String(dc ?? 0),
    },
    crcStatus: "CRC_OK",
  };
}

function locationOf(cell: Cell): JsonObject {
  const { latE7, lngE7 } = cellCenter(cell);
  return { latitude: latE7 / PARTS_PER_DEGREE, longitude: lngE7 / PARTS_PER_DEGREE };
}

function txInfo(reception: Reception | undefined): JsonObject {
  if (reception === undefined) return {};
  const { frequencyHz, dataRate } = reception.radio;
  return { frequency: frequencyHz, modulation: modulation(dataRate, {}) };
}

function modulation(rate: DataRate, more: JsonObject): JsonObject {
  const lora = tryParseDataRate(rate);
  if (lora === undefined) return { fsk: { datarate: Number(rate) } };
  const { bandwidthHz, spreadingFactor } = lora;
  return { lora: { bandwidth: bandwidthHz, spreadingFactor, codeRate: "CR_4_5", ...more } };
}

function join(event: JoinEvent, names: OwnerNames): JsonObject {
  return {
    deduplicationId: event.id,
    time: timeText(event.at),
    deviceInfo: deviceInfo(event.device, names),
    devAddr: devAddrText(event.devAddr),
    regionConfigId: event.region.toLowerCase(),
  };
}

function ack(event: AckEvent, names: OwnerNames): JsonObject {
  return {
    deduplicationId: event.id,
    time: timeText(event.at),
    deviceInfo: deviceInfo(event.device, names),
    queueItemId: event.queueItemId,
    acknowledged: event.acknowledged,
    fCntDown: event.fCntDown,
  };
}

function txAck(event: TxAckEvent, names: OwnerNames): JsonObject {
  return {
    downlinkId: event.downlink,
    time: timeText(event.at),
    deviceInfo: deviceInfo(event.device, names),
    queueItemId: event.queueItemId,
    fCntDown: event.fCntDown,
    gatewayId: event.gatewayId,
    txInfo: {
      frequency: event.frequencyHz,
      ...nonZero({ power: event.powerDbm }),
      modulation: modulation(event.dataRate, { polarizationInversion: true }),
    },
  };
}

function log(event: LogEvent, names: OwnerNames): JsonObject {
  return {
    time: timeText(event.at),
    deviceInfo: deviceInfo(event.device, names),
    level: event.level,
    code: event.code,
    description: event.description,
    context: event.context,
  };
}

function nonZero(fields: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const kept: Record<string, number> = {};
  for (const name in fields) if (fields[name] !== 0) kept[name] = fields[name] as number;
  return kept;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

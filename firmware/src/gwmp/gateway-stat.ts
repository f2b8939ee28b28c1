/** The forwarder's own report of itself, every 30 s or so: the `stat` of a PUSH_DATA. */
import type { Milliseconds } from "@katydid/protocol";
import type { JsonObject } from "./datagram.ts";

/** Counts since the report before. What the forwarder left out, or did not write as a number, is absent. */
export interface GatewayStat {
  /** Host time at which it came. */
  readonly reportedAt: Milliseconds;
  readonly latitudeDegrees?: number;
  readonly longitudeDegrees?: number;
  readonly altitudeMeters?: number;
  readonly framesReceived?: number;
  readonly framesOk?: number;
  readonly framesForwarded?: number;
  /** Share of its datagrams that we acknowledged, percent. */
  readonly acknowledgedPercent?: number;
  readonly downlinksReceived?: number;
  readonly framesTransmitted?: number;
  readonly temperatureCelsius?: number;
}

const fields = {
  lati: "latitudeDegrees",
  long: "longitudeDegrees",
  alti: "altitudeMeters",
  rxnb: "framesReceived",
  rxok: "framesOk",
  rxfw: "framesForwarded",
  ackr: "acknowledgedPercent",
  dwnb: "downlinksReceived",
  txnb: "framesTransmitted",
  temp: "temperatureCelsius",
} as const;

export function parseStat(stat: JsonObject, reportedAt: Milliseconds): GatewayStat {
  const numbers = Object.entries(fields).flatMap(([theirs, ours]) =>
    typeof stat[theirs] === "number" ? [[ours, stat[theirs]] as const] : [],
  );
  return { reportedAt, ...Object.fromEntries(numbers) };
}

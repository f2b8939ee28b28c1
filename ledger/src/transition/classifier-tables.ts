/** Tables of what classifiers read and found. */
import {
  classifierNames,
  codec,
  EDGES_MAX,
  type EdgeCounts,
  EVIDENCE_MAX,
  fields,
  type Hearing,
  TRAFFIC_MAX,
  type Traffic,
} from "@katydid/protocol";
import type { ClassificationRow, DeniedEdgeRow, Span } from "./classifier-rows.ts";
import { table } from "./tables.ts";

const { bool, list, mapped, oneOf, optional, struct, u16, u32, uint } = codec;
const address = fields.addressField;
const motes = fields.motesField;
const time = fields.millisecondsField;
const count = uint();

/** Zigzag: 0, -1, 1, -2, 2, ... as 0, 1, 2, 3, 4, ... */
const signed = mapped<number, number>(uint(), {
  to: (value) => (value >= 0 ? 2 * value : -2 * value - 1),
  from: (wire) => (wire % 2 === 0 ? wire / 2 : -(wire + 1) / 2),
});

/** Key: address of the beaconer. */
export const hearingTable = table<Hearing>(
  { id: 23, name: "hearing" },
  struct<Hearing>({
    window: u32,
    beacons: count,
    edges: list(
      struct<EdgeCounts>({
        witness: address,
        near: bool,
        tried: count,
        heard: count,
        rssiDbmSum: signed,
        above: count,
        flightGood: count,
        flightBad: count,
      }),
      { max: EDGES_MAX },
    ),
  }),
);

const span = struct<Span>({ since: time, until: time });

/** Key: address | kind u8. */
export const classificationTable = table<ClassificationRow>(
  { id: 24, name: "classification" },
  struct<ClassificationRow>({
    since: time,
    until: time,
    classifier: oneOf(classifierNames),
    score: u16,
    evidence: list(address, { max: EVIDENCE_MAX }),
    burned: motes,
    before: optional(span),
  }),
);

/** Key: the pair's addresses, sorted by key bytes. */
export const deniedEdgeTable = table<DeniedEdgeRow>(
  { id: 25, name: "denied-edge" },
  struct<DeniedEdgeRow>({
    since: time,
    until: time,
    classifier: oneOf(classifierNames),
    score: u16,
    burned: motes,
    before: optional(span),
  }),
);

/** Key: address of the router. */
export const trafficTable = table<Traffic>(
  { id: 26, name: "traffic" },
  struct<Traffic>({
    window: u32,
    totalDc: fields.dcField,
    paid: list(struct<Traffic["paid"][number]>({ hotspot: address, dc: fields.dcField }), {
      max: TRAFFIC_MAX,
    }),
  }),
);

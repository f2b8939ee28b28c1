/** Subjects of Proof of Coverage: distance, bound, verdict, units, density. */
import {
  type Address,
  beaconerUnits,
  type Cell,
  type DensityRow,
  dataRate,
  db,
  dbm,
  densityScales,
  formatUnits,
  freeSpaceBoundMilliDbm,
  type HotspotFacts,
  hertz,
  judgeWitness,
  mainParams,
  milliseconds,
  PARENT_RESOLUTION,
  type ReciprocityState,
  type WitnessFacts,
  witnessDistance,
  witnessUnits,
} from "@katydid/protocol";
import {
  cellOf,
  type Fields,
  fieldsOf,
  flagOf,
  listOf,
  mapOf,
  numberOf,
  oneOf,
  refuse,
  textOf,
  wholeOf,
} from "../input.ts";

/** Of the valid at most 14 are selected, and units are by the number selected. */
export function rewardUnits(input: Fields) {
  const valid = wholeOf(input.validWitnesses, "validWitnesses");
  const selected = Math.min(valid, mainParams.selectedMax);
  return {
    beaconer: formatUnits(beaconerUnits(selected)),
    witness: formatUnits(witnessUnits(selected)),
  };
}

const RESOLUTION_MAX = 15;

export function densityScale(input: Fields) {
  const cells = listOf(input.cells, "cells").map((cell) =>
    cellOf(cell, "cells", PARENT_RESOLUTION),
  );
  const table: Record<number, DensityRow> = {};
  for (const [resolution, value] of Object.entries(fieldsOf(input.table, "table"))) {
    const row = fieldsOf(value, `table.${resolution}`);
    table[wholeOf(Number(resolution), "resolution", { most: RESOLUTION_MAX })] = {
      neighbours: wholeOf(row.neighbours, "neighbours"),
      target: wholeOf(row.target, "target"),
      max: wholeOf(row.max, "max"),
    };
  }
  const scales = densityScales(cells, table);
  return {
    scaleByCell: Object.fromEntries([...scales].map(([cell, scale]) => [cell, formatUnits(scale)])),
  };
}

export function distance(input: Fields) {
  return witnessDistance({
    beaconer: cellOf(input.beaconerCell, "beaconerCell", PARENT_RESOLUTION),
    witness: cellOf(input.witnessCell, "witnessCell", PARENT_RESOLUTION),
  });
}

const MM_PER_METER = 1000;

export function freeSpaceBound(input: Fields) {
  const meters = numberOf(input.distanceMeters, "distanceMeters");
  const distanceMillimeters = Math.round(meters * MM_PER_METER);
  if (distanceMillimeters < 1) refuse("without a distance there is no bound");
  const bound = freeSpaceBoundMilliDbm({
    txPowerDbm: dbm(numberOf(input.txPowerDbm, "txPowerDbm")),
    txGainDbi: db(numberOf(input.txGainDbi, "txGainDbi")),
    rxGainDbi: db(numberOf(input.rxGainDbi, "rxGainDbi")),
    frequencyHz: hertz(wholeOf(input.frequencyHz, "frequencyHz", { least: 1 })),
    distanceMillimeters,
  });
  return { boundDbm: bound / 1000 };
}

export function verdict(input: Fields) {
  return judgeWitness(factsOf(input));
}

function factsOf(input: Fields): WitnessFacts {
  const report = fieldsOf(input.report, "report");
  const target = input.targetReceiptAtMs;
  const reciprocity = mapOf(input.reciprocity, "reciprocity", (value, name) =>
    oneOf<ReciprocityState>(value, name, ["met", "grace", "unmet"]),
  );
  return {
    challenger: { address: addressOf(fieldsOf(input.challenger, "challenger").address) },
    beaconer: hotspotOf(fieldsOf(input.beaconer, "beaconer")),
    witness: hotspotOf(fieldsOf(input.witness, "witness")),
    txPowerDbm: dbm(numberOf(input.txPowerDbm, "txPowerDbm")),
    derived: heardOf(fieldsOf(input.derived, "derived")),
    report: { ...heardOf(report), rssiDbm: dbm(numberOf(report.rssiDbm, "rssiDbm")) },
    ...(target === undefined || target === null ? {} : { targetReceiptAtMs: timeOf(target) }),
    acknowledgedAtMs: timeOf(input.acknowledgedAtMs),
    deadlineMs: timeOf(input.deadlineMs),
    denied: listOf(input.denied, "denied").map(addressOf),
    deniedEdges: listOf(input.deniedEdges, "deniedEdges").map((edge) => {
      const [a, b] = listOf(edge, "deniedEdges");
      return [addressOf(a), addressOf(b)] as const;
    }),
    alreadyReported: flagOf(input.alreadyReported, "alreadyReported"),
    reciprocity: {
      witness: reciprocity.get("witness") ?? refuse("reciprocity.witness is missing"),
      beaconer: reciprocity.get("beaconer") ?? refuse("reciprocity.beaconer is missing"),
    },
  };
}

function hotspotOf(input: Fields): HotspotFacts {
  const known = flagOf(input.known, "known");
  const located = flagOf(input.located, "located");
  // Of a hotspot that is unknown or nowhere, whatever else is said does not count.
  const cell: Cell | undefined =
    known && located ? cellOf(input.cell, "cell", PARENT_RESOLUTION) : undefined;
  return {
    address: addressOf(input.address),
    known,
    bonded: flagOf(input.bonded, "bonded"),
    located,
    ...(cell === undefined ? {} : { cell }),
    gainDbi: db(numberOf(input.gainDbi ?? 0, "gainDbi")),
    ...(typeof input.region === "string" ? { region: input.region } : {}),
  };
}

function heardOf(input: Fields) {
  return {
    payloadHash: textOf(input.payloadHash, "payloadHash"),
    frequencyHz: hertz(wholeOf(input.frequencyHz, "frequencyHz", { least: 1 })),
    dataRate: dataRate(textOf(input.dataRate, "dataRate")),
  };
}

/** Vectors name hotspots by letters. */
function addressOf(value: unknown): Address {
  return textOf(value, "address") as Address;
}

function timeOf(value: unknown) {
  return milliseconds(numberOf(value, "time"));
}

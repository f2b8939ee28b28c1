/**
 * Declared gain that is not the true one (Helium's docs on the denylist). Above it: radios in one
 * house claim cells a kilometre apart, and the best antennas there are, so that what they hear of each
 * other stays below the free-space bound of rule 13. Below it: better antennas than declared, so more
 * is radiated than the region allows, and more is heard than others hear.
 */
import type { Strategy } from "../strategy.ts";
import { busiest, claiming, clump, ROOMY_METERS } from "./places.ts";

/** The most that assert-location takes (Helium's clip), dBi. */
const GAIN_HIGH_DBI = 15;
/** From the attic to the garage. */
const HOUSE_METERS = 15;
/** A large outdoor antenna in place of the one in the box. */
const GAIN_HIDDEN_DB = 8;

export const gainHigh: Strategy = {
  name: "gain-high",
  title: "radios in one house, claimed around it with 15 dBi each",
  attack: "false-coverage",
  gang: "hotspots",
  place: (input) => {
    const middle = busiest(input);
    const count = input.sites.length;
    const rooms = clump({ middle, count, spacingMeters: HOUSE_METERS });
    const cells = clump({ middle, count, spacingMeters: ROOMY_METERS });
    const radios = rooms.map((point) => ({ ...input.honest, point }));
    return claiming(radios, cells, GAIN_HIGH_DBI);
  },
};

export const gainLow: Strategy = {
  name: "gain-low",
  title: "antennas 8 dB better than declared: louder than allowed",
  attack: "free-riding",
  gang: "hotspots",
  place: ({ sites, honest }) => {
    const gainDbi = honest.gainDbi + GAIN_HIDDEN_DB;
    const radios = sites.map((point) => ({ ...honest, gainDbi, point }));
    return claiming(radios, sites, honest.gainDbi);
  },
};

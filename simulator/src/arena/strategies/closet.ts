/**
 * Radios in a cage, behind attenuators that make their signals those of the claimed cells: they hear
 * each other and nothing else. Every report passes rules 1 to 14; no signature proves anything. What
 * Helium's public lists were made for (denylist#7124): a closed cluster amid neighbours that should
 * hear it. Also in shapes that try the classifiers: cells so close together that members back each
 * other where neighbours are silent, and signals so weak that each looks like a hotspot in a basement.
 */
import type { Strategy } from "../strategy.ts";
import { forgingScheme } from "../wrappers/forging-scheme.ts";
import { busiest, cage, claiming, clump, TIGHT_METERS } from "./places.ts";

export const closet: Strategy = {
  name: "closet",
  title: "radios in a cage, with plausible cells and signals",
  attack: "false-coverage",
  gang: "hotspots",
  place: (input) => claiming(cage(input), input.sites, input.honest.gainDbi),
  scheme: (gang) => forgingScheme(gang),
};

export const closetClump: Strategy = {
  ...closet,
  name: "closet-clump",
  title: "closet whose cells are a tight clump, so that members back each other",
  place: (input) => {
    const middle = busiest(input);
    const count = input.sites.length;
    const cells = clump({ middle, count, spacingMeters: TIGHT_METERS });
    return claiming(cage(input), cells, input.honest.gainDbi);
  },
};

/** Ten more dB of walls: earshot shrinks to a third. */
const BASEMENT_CLUTTER_DB = 20;

export const closetBasement: Strategy = {
  ...closetClump,
  name: "closet-basement",
  title: "closet with signals so weak that its members look like basements",
  scheme: (gang) => forgingScheme(gang, { clutterDb: BASEMENT_CLUTTER_DB }),
};

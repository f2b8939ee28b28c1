/**
 * All radios in one flat, cells claimed across the city; reports as heard. The oldest of Helium's
 * attacks (its denylist issues 1594, 1608, 2369, 2430, 3374). Against rule 13 (what they hear of each
 * other is stronger than free space allows), and the classifiers: all hear the same strangers with
 * the same signal, and nobody near the claimed cells.
 */
import type { Strategy } from "../strategy.ts";
import { busiest, claiming, shelf } from "./places.ts";

export const spoofCity: Strategy = {
  name: "spoof-city",
  title: "radios in one flat, claimed across the city",
  attack: "false-coverage",
  gang: "hotspots",
  place: (input) => claiming(shelf(input, busiest(input)), input.sites, input.honest.gainDbi),
};

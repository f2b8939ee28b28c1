/**
 * All members' real radios on one roof, claimed truthfully: coverage that is there once and paid many
 * times (Helium's roof-top farms: HIP-15 c, HIP-17). Against density, which shares one place's
 * beacons, and selection, which passes over witnesses side by side.
 */
import type { Strategy } from "../strategy.ts";
import { busiest, claiming, shelf } from "./places.ts";

export const denseRoof: Strategy = {
  name: "dense-roof",
  title: "all radios on one roof, claimed truthfully",
  attack: "free-riding",
  gang: "hotspots",
  place: (input) => {
    const radios = shelf(input, busiest(input));
    return claiming(
      radios,
      radios.map(({ point }) => point),
      input.honest.gainDbi,
    );
  },
};

/**
 * A closet whose claimed cells are in an empty town, 60 km from everybody: nobody is there who should
 * hear it, so no classifier that asks the neighbours finds anything. The known hole. As a suburb it is
 * just past everybody's earshot: cheaper to believe, and honest neighbours may come.
 */
import type { Strategy } from "../strategy.ts";
import { closet } from "./closet.ts";
import { cage, claiming, clump, emptyTown, type PlaceInput, ROOMY_METERS } from "./places.ts";

const EMPTY_METERS = 60_000;
/** A hotspot is heard 4 km away, seldom 6; the town itself is 1 km wide. */
const SUBURB_METERS = 8000;

export const ghostTown: Strategy = {
  ...closet,
  name: "ghost-town",
  title: "closet whose cells are in an empty town, 60 km from everybody",
  place: (input) => townAt(input, EMPTY_METERS),
};

export const ghostSuburb: Strategy = {
  ...closet,
  name: "ghost-suburb",
  title: "closet whose cells are just past everybody's earshot",
  place: (input) => townAt(input, SUBURB_METERS),
};

function townAt(input: PlaceInput, awayMeters: number) {
  const middle = emptyTown(input, awayMeters);
  const count = input.sites.length;
  const cells = clump({ middle, count, spacingMeters: ROOMY_METERS });
  return claiming(cage(input), cells, input.honest.gainDbi);
}

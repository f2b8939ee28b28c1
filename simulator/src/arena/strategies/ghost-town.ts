/**
 * A closet whose claimed cells are in an empty town, 60 km from everybody: nobody is there who should
 * hear it, so no classifier that asks the neighbours finds anything. The known hole.
 */
import type { Strategy } from "../strategy.ts";
import { closet } from "./closet.ts";
import { cage, claiming, clump, emptyTown, ROOMY_METERS } from "./places.ts";

export const ghostTown: Strategy = {
  ...closet,
  name: "ghost-town",
  title: "closet whose cells are in an empty town, 60 km from everybody",
  place: (input) => {
    const middle = emptyTown(input);
    const count = input.sites.length;
    const cells = clump({ middle, count, spacingMeters: ROOMY_METERS });
    return claiming(cage(input), cells, input.honest.gainDbi);
  },
};

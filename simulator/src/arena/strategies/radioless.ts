/**
 * Identities without a radio that pretend nothing: they hear nothing, transmit nothing, sign no
 * receipt, and challenge others when they are drawn. A challenger's unit asks for no radio of its own,
 * so what it pays is weighed against the interest on a bond. No classifier finds a silent one: there
 * is nothing that it says.
 */
import type { Strategy } from "../strategy.ts";
import { ghosts } from "./places.ts";

export const radioless: Strategy = {
  name: "radioless",
  title: "software that hears and says nothing, and challenges others",
  attack: "false-coverage",
  gang: "hotspots",
  radios: 0,
  place: (input) => ghosts(input, input.sites),
};

/**
 * Which strategies are known to profit in spite of the defence, and why; ARENA.md says more. All
 * others are expected to lose: where one does not, a run fails. An entry leaves this list when its
 * strategy loses.
 */

/** Members that are not found, or what was released before: not traced for each. */
const FOUND_AND_PAID = "found, yet not all of its members' pay is burned";
/** Radio evidence of a place where nobody else listens is the group's own word. */
const NOBODY_LISTENS = "nobody else is there to be silent";
/** Looks like luck of the air. */
const LIKE_LUCK = "in one town, what a tunnel or a relayed beacon adds looks like luck of the air";
/** A rival's late receipt that rests on a commitment costs the challenger nothing. */
const BREAKS_EVEN = "gains nothing any more, and loses nothing either";
/** What a router may read before it has paid: 100 DC for each hotspot. */
const FREE_SAMPLE = "reads what an unknown router may owe";

export const knownToProfit: Readonly<Record<string, string>> = {
  "spoof-city": FOUND_AND_PAID,
  "forged-signal": FOUND_AND_PAID,
  "made-up-challenger": FOUND_AND_PAID,
  "made-up-target": FOUND_AND_PAID,
  "one-radio": FOUND_AND_PAID,
  "one-radio-spread": FOUND_AND_PAID,
  "one-radio-noise": FOUND_AND_PAID,
  "gain-high": FOUND_AND_PAID,
  "extreme-distance": "found only where enough honest hotspots hear it",
  "one-radio-forged": "its own word on strangers is forged, and few hear it",
  "ghost-town": NOBODY_LISTENS,
  "ghost-suburb": NOBODY_LISTENS,
  "replayed-beacons": LIKE_LUCK,
  "replayed-late": LIKE_LUCK,
  tunnelled: LIKE_LUCK,
  "tunnelled-ghosts": LIKE_LUCK,
  "gain-low": "louder than allowed is still coverage",
  "withholding-challenger": BREAKS_EVEN,
  "hasty-challenger": BREAKS_EVEN,
  "slandering-challenger": BREAKS_EVEN,
  "postdating-challenger": BREAKS_EVEN,
  "overspending-router": FREE_SAMPLE,
  "reads-and-declines": FREE_SAMPLE,
  "names-another": FREE_SAMPLE,
  "slow-paying-router": FREE_SAMPLE,
  "copy-stuffing": "nobody can tell who heard a packet first",
};

/** Honest hotspots found guilty, at most: a share. */
export const FALSE_POSITIVES_MAX = 0.01;

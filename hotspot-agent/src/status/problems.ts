/**
 * "Is it working? Why am I not earning?" as sentences: what is wrong, and what to do about it. In
 * the order in which one would look.
 */
import type { HotspotView } from "@katydid/ledger/client";
import { unreachable } from "@katydid/protocol";
import type { MembershipStatus, StatusInput } from "./status.ts";

/** A hotspot in range of devices hears one within this time, ms. */
const SILENCE_MS = 3600 * 1000;
/** A clock that is behind by more spoils the times of acknowledgements, ms. */
const CLOCK_MS = 5 * 60 * 1000;

export function problemsOf(input: StatusInput): readonly string[] {
  const { membership, nowMs } = input;
  const said: string[] = [];
  if (input.radio === "lost") said.push("The radio is lost: check the concentrator and restart.");
  if (membership === undefined || !membership.joined) {
    said.push("The ledger does not answer: check the internet connection and the network file.");
  }
  if (membership === undefined) return said;
  said.push(...radioProblems(membership, nowMs));
  said.push(...standingProblems(membership.hotspot, input));
  said.push(...networkProblems(membership, input));
  return said;
}

function radioProblems({ forwarding }: MembershipStatus, nowMs: number): string[] {
  const { lastFrameAt, frames } = forwarding;
  if (lastFrameAt === undefined) {
    return ["No frame was heard yet: check the antenna, and that the packet forwarder runs."];
  }
  const said: string[] = [];
  if (nowMs - lastFrameAt > SILENCE_MS) said.push("No frame was heard for an hour.");
  const heard = Object.values(frames).reduce((sum, count) => sum + count, 0);
  if (heard >= 100 && frames["crc-error"] > heard / 2) {
    said.push("Most frames arrive damaged: the antenna may be loose, or something disturbs it.");
  }
  return said;
}

function standingProblems(view: HotspotView | undefined, { claim }: StatusInput): string[] {
  if (view === undefined) {
    const how = claim === undefined ? "start it with its owner's address" : "use the claim below";
    return [`The ledger does not know this hotspot: its owner must add it (${how}).`];
  }
  const said: string[] = [];
  if (!view.bonded) said.push("Its bond is below half: it earns no coverage pay until filled up.");
  if (view.cell === undefined) {
    said.push("It has no location: assert one, or it is in no challenge.");
    return said;
  }
  if (!view.active) said.push("It does not count as active yet: it will say that it is present.");
  const { asBeaconer, asWitness } = view.reciprocity;
  if (asWitness === "unmet") {
    said.push("Nobody hears its beacons, so its witnessing is not paid: check the antenna.");
  }
  if (asBeaconer === "unmet") {
    said.push("It hears no beacons of others, so its own are not paid: check the antenna.");
  }
  if (asWitness === "grace" || asBeaconer === "grace") {
    said.push("It is new: coverage pay is held until it was heard and has heard others.");
  }
  return said;
}

function networkProblems(membership: MembershipStatus, { brokers }: StatusInput): string[] {
  const { forwarding, challenges } = membership;
  const said: string[] = [];
  if (forwarding.routersKnown === 0) said.push("No router is registered: nobody buys packets.");
  if (challenges.relays.length === 0 && membership.joined) {
    said.push("No relay is registered: challenges cannot be carried.");
  }
  for (const { url, connected } of brokers) {
    if (!connected) said.push(`The broker ${url} cannot be reached.`);
  }
  for (const link of forwarding.routers) {
    const why = whyOffers(link);
    if (link.session === "open" && why !== undefined) {
      said.push(`Router ${link.router} is only offered frames: ${why}.`);
    }
  }
  for (const { kind, state, reason } of membership.reports) {
    const who = kind === "router-equivocation" ? "A router" : "The target of a challenge";
    const why = reason === "" ? "" : ` (${reason})`;
    const how = { waits: "on its way", taken: "done, and it lost its stake", refused: "refused" };
    said.push(`${who} signed two things that contradict each other: report ${how[state]}${why}.`);
  }
  if (membership.clockBehindMs > CLOCK_MS) {
    said.push("This host's clock is minutes behind the ledger's: check its time synchronisation.");
  }
  return said;
}

/** Why a router gets no frame that it has not asked for; undefined: it gets them at once. */
export function whyOffers(
  link: MembershipStatus["forwarding"]["routers"][number],
): string | undefined {
  const { offersReason: reason, unpaidDc, lostDc, trustDc, exposureDc, depositLeftDc } = link;
  switch (reason) {
    case undefined:
      return undefined;
    case "buys-nothing":
      return "it bought none of the last 64";
    case "buys-little":
      return `it buys ${Math.floor(100 * link.buyShare)} % of those that it could buy of nobody else`;
    case "deposit":
      return `${depositLeftDc} DC are left of its deposit, and ${rounded(exposureDc)} DC are open`;
    case "redemption":
      return `vouchers of ${rounded(exposureDc)} DC are not redeemed yet`;
    case "credit":
      return (
        `it is trusted with ${rounded(trustDc)} DC, and of what it had ` +
        `${rounded(unpaidDc)} DC are not vouched for and ${rounded(lostDc)} DC not paid`
      );
    default:
      return unreachable(reason);
  }
}

const rounded = (dc: number): number => Math.ceil(dc);

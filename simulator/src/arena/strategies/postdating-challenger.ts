/**
 * Acknowledges rival witnesses some seconds later than their reports came, with that time, and reveals
 * them with it: they fail rule 6, and nothing was left out. Once that stopped
 * their commitments, and this gained; now a commitment counts against a late time. Where rule 6 has no teeth the time is past the deadline (rule 5).
 */
import { type Address, milliseconds, type Params } from "@katydid/protocol";
import type { Strategy } from "../strategy.ts";
import { cheatingChallenger, type TargetDrawn } from "../wrappers/cheating-challenger.ts";
import { Rivals } from "../wrappers/rivals.ts";

/** Past the lag of rule 6 by more than reports of one beacon lie apart, ms. */
const SLACK_MS = 1000;

export const postdatingChallenger: Strategy = {
  name: "postdating-challenger",
  title: "Challenger that acknowledges rivals with a false, late time",
  attack: "griefing",
  gang: "hotspots",
  scheme: (gang) => {
    const rivals = new Rivals(gang);
    const lateMs = latenessMs(gang.params);
    const isLate = (witness: Address, { target }: TargetDrawn) =>
      witness !== target && rivals.isRival(witness);
    const later = <T extends { readonly acknowledgedAt: number }>(said: T) => ({
      ...said,
      acknowledgedAt: milliseconds(said.acknowledgedAt + lateMs),
    });
    return {
      wrapAgent: (parts) =>
        cheatingChallenger(parts, {
          gang,
          plan: {
            acknowledge: (said, drawn) => (isLate(said.subject, drawn) ? later(said) : said),
            reveal: (body, drawn) => ({
              ...body,
              reports: body.reports.map((report) =>
                isLate(report.signed.witness, drawn) ? later(report) : report,
              ),
            }),
          },
        }),
    };
  },
};

function latenessMs({ witnessLagMs, challengeTimeoutSeconds }: Params): number {
  const timeoutMs = challengeTimeoutSeconds * 1000;
  return Math.min(witnessLagMs + SLACK_MS, timeoutMs);
}

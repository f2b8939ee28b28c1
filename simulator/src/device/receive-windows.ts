/** When a class A device listens after an uplink (LoRaWAN L2 1.0.4 §3.3). */
import { type DataRate, parseDataRate, type RegionPlan } from "@katydid/protocol";
import type { Transmission } from "../air/air.ts";
import type { Window } from "../air/listening.ts";
import type { Session } from "./device-memory.ts";

/** A device's clock drifts; it opens this many symbols early and waits as many late. */
const TOLERANCE_SYMBOLS = 3;

/** After data: the session's delay, offset and second data rate. */
export function receiveWindows(from: {
  readonly plan: RegionPlan;
  readonly sent: Transmission;
  readonly session: Session;
}): readonly Window[] {
  const { plan, sent, session } = from;
  const firstUs = sent.endUs + session.rxDelaySeconds * 1_000_000;
  const first = plan.rx1(sent.frequencyHz, sent.dataRate, session.rx1DrOffset);
  const secondRate = plan.dataRates[session.rx2DataRate] ?? plan.rx2.dataRate;
  const second = { frequencyHz: plan.rx2.frequencyHz, dataRate: secondRate };
  return windows([
    { at: first, fromUs: firstUs },
    { at: second, fromUs: firstUs + 1_000_000 },
  ]);
}

/** After a join request: 5 and 6 seconds, the region's defaults. */
export function joinWindows(plan: RegionPlan, sent: Transmission): readonly Window[] {
  const first = plan.rx1(sent.frequencyHz, sent.dataRate);
  return windows([
    { at: first, fromUs: sent.endUs + plan.joinAcceptDelay1Us },
    { at: plan.rx2, fromUs: sent.endUs + plan.joinAcceptDelay2Us },
  ]);
}

function windows(
  wanted: readonly {
    readonly at: Pick<Window, "frequencyHz" | "dataRate"> | undefined;
    readonly fromUs: number;
  }[],
): readonly Window[] {
  return wanted.flatMap(({ at, fromUs }) => {
    if (at === undefined) return [];
    const slackUs = TOLERANCE_SYMBOLS * symbolUs(at.dataRate);
    const { frequencyHz, dataRate } = at;
    return [{ frequencyHz, dataRate, fromUs: fromUs - slackUs, untilUs: fromUs + slackUs }];
  });
}

function symbolUs(rate: DataRate): number {
  const { spreadingFactor, bandwidthHz } = parseDataRate(rate);
  return (2 ** spreadingFactor * 1e6) / bandwidthHz;
}

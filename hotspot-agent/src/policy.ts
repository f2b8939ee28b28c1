/**
 * The hotspot's own choices: how long it waits, how much it keeps, when it pays for a commitment.
 * None of it is a rule of the network; what is stands in the protocol's params.
 */
import type { Params } from "@katydid/protocol";

export interface AgentPolicy {
  /** Period of the agent's own chores (redemption, expiry, reports of state), ms. */
  readonly choresMs: number;
  /** Period after which presence is looked at, ms. */
  readonly presenceCheckMs: number;

  /** An uplink older than this is not worth sending: dropped and counted as `expired`, ms. */
  readonly uplinkAgeMaxMs: number;
  /** Frames on disk while their router is away; the oldest goes first. */
  readonly queueLengthMax: number;
  /** A router that has not answered a packet for so long has forgotten the session, ms. */
  readonly answerTimeoutMs: number;
  /** Waits between hellos: doubling from the first to the second, ms. */
  readonly helloFirstMs: number;
  readonly helloMaxMs: number;

  /** Vouchers are checked and stored at least this often while they come in, ms. */
  readonly voucherCheckMs: number;
  /** Credit without a voucher of a router that has paid nothing yet, DC; it grows with what it pays. */
  readonly creditStartDc: number;
  /** What goes on credit is on disk by so much ahead of need, DC. */
  readonly creditAheadDc: number;
  /** Below this a redemption costs more than it saves: about twice its fee, DC. */
  readonly redeemDcMin: number;
  /** Redeem what is left so long before the channel expires, protocol ms. */
  readonly redeemBeforeExpiryMs: number;
  /** Least share of alone-standing frames that a router must buy to be trusted with frames. */
  readonly buyShareMin: number;

  /** The challenger reveals so long before its deadline, protocol ms. */
  readonly revealBeforeDeadlineMs: number;
  /** Waits before an order, receipt or report is sent again, from its first sending, ms. */
  readonly resendAfterMs: readonly number[];
  /** An order that comes later than so long after the target was drawn is not obeyed, ms. */
  readonly obeyWithinMs: number;
  /** A report that is acknowledged with a time later than so long after it was made is in doubt, ms. */
  readonly acknowledgedWithinMs: number;
  /** Without an acknowledgement for so long, evidence is committed to the ledger, ms. */
  readonly commitAfterMs: number;
  /** Afterwards a commitment comes too late for any reveal, ms after the evidence arose. */
  readonly commitWithinMs: number;
  /** Commitments of a hotspot within a day; a forger of beacons must not spend its owner's DC. */
  readonly commitmentsPerDayMax: number;
  /** A day of this network, ms. */
  readonly dayMs: number;
  /** Evidence is kept so long after it arose, ms: past reveal, late window and slack. */
  readonly evidenceKeepMs: number;
}

const SECOND = 1000;
const HOUR = 3600 * SECOND;
/** From submission to a block at most: one that is just being made, and the next. */
const COMMIT_BLOCKS = 2;

export function policyFor(params: Params): AgentPolicy {
  const timeoutMs = params.challengeTimeoutSeconds * SECOND;
  const revealBeforeDeadlineMs = timeoutMs / 5;
  const blockMs = params.blockSecondsBusy * SECOND;
  // From the draw of a target: what is submitted by then is in a block before any reveal.
  const revealMs = params.revealAfterSeconds * SECOND || timeoutMs - revealBeforeDeadlineMs;
  const submittedMs = revealMs - COMMIT_BLOCKS * blockMs;
  const commitAfterMs = Math.min(timeoutMs / 6, (submittedMs * 3) / 10);
  const obeyWithinMs = Math.min((timeoutMs * 2) / 5, submittedMs - commitAfterMs);
  const lastOrderMs = Math.min(timeoutMs / 4, obeyWithinMs - blockMs);
  return {
    choresMs: Math.min(60, params.slotSeconds) * SECOND,
    presenceCheckMs: (params.activitySeconds * SECOND) / 8,
    uplinkAgeMaxMs: 24 * HOUR,
    queueLengthMax: 10_000,
    answerTimeoutMs: 10 * SECOND,
    helloFirstMs: 2 * SECOND,
    helloMaxMs: 60 * SECOND,
    voucherCheckMs: 1800 * SECOND,
    // One step that is being vouched, and one that is under way meanwhile: 0.001 USD.
    creditStartDc: 2 * Number(params.voucherStepDc),
    // More than the dearest frame (255 bytes: 11 DC), and little enough that a kill costs no trust.
    creditAheadDc: Math.ceil(Number(params.voucherStepDc) / 4),
    redeemDcMin: 20,
    // An open channel is still open for some blocks after this, even on the shortest channel.
    redeemBeforeExpiryMs: (params.channelSecondsMin * SECOND) / 4,
    buyShareMin: 0.5,
    /*
     * Of the timeout: orders until 1/4, obeyed until 2/5; who then heard and is not acknowledged
     * commits from 1/6 after, which with two blocks is before 7/10, when the ledger takes the first
     * reveal; an honest one comes at 4/5. Where blocks are far apart orders and waits are shorter.
     */
    revealBeforeDeadlineMs,
    resendAfterMs: [100, 30, 10]
      .map((part) => timeoutMs / part)
      .filter((afterMs) => afterMs < lastOrderMs)
      .concat(lastOrderMs),
    obeyWithinMs,
    // Half of what rule 6 forgives; the other half is for clocks that differ.
    acknowledgedWithinMs: params.witnessLagMs / 2,
    commitAfterMs,
    commitWithinMs: (timeoutMs * 3) / 4,
    // Beacons that one hears of a dozen neighbours in a day are twice as many.
    commitmentsPerDayMax: Math.ceil((24 * 6 * HOUR) / (params.challengeIntervalSeconds * SECOND)),
    // A hotspot counts as active for two of its days.
    dayMs: (params.activitySeconds * SECOND) / 2,
    evidenceKeepMs: (params.challengeTimeoutSeconds + params.lateSeconds) * 2 * SECOND,
  };
}

/**
 * Hunts for a secret: opens in the last moment of the window, with several secrets at once, and once
 * the target's entropy is known reveals only where the hash order of the secret that counts favours
 * the gang, or the gang gains in another way. Against "one secret, committed before the entropy is
 * known" (step 1), the draw by the first block after the window (step 2) and the silence penalty.
 */
import type { LedgerClient, LedgerEvent } from "@katydid/ledger/client";
import {
  type ChallengeReceipts,
  decodeTransaction,
  type OpenChallenge,
  selectWitnesses,
  sha256,
} from "@katydid/protocol";
import type { AgentParts, Gang, Strategy } from "../strategy.ts";
import { gainOf } from "../wrappers/challenge-value.ts";
import { cheatingChallenger, type TargetDrawn } from "../wrappers/cheating-challenger.ts";
import { Rivals } from "../wrappers/rivals.ts";
import { signedBytes, wrapLedger } from "../wrappers/wrapped-ledger.ts";

/** Secrets beside the agent's own. */
const MORE_SECRETS = 4;
/** So long before the window closes it opens, ms: a block must still take it. */
const BEFORE_CLOSE_MS = 15_000;
const SECRET_BYTES = 32;

export const huntingChallenger: Strategy = {
  name: "hunting-challenger",
  title: "Challenger that hunts for secrets, targets and favourable orders",
  attack: "griefing",
  gang: "hotspots",
  scheme: (gang) => {
    const rivals = new Rivals(gang);
    const favours = (body: ChallengeReceipts, drawn: TargetDrawn) =>
      gainOf(rivals.stakes, outcomeByOrder(rivals, { gang, body, drawn })) >= 0;
    return {
      wrapAgent: (parts) =>
        cheatingChallenger(openingLate(parts, gang), {
          gang,
          plan: { reveal: (body, drawn) => (favours(body, drawn) ? body : undefined) },
        }),
    };
  },
};

/** The outcome with the number of the gang's witnesses that this secret selects. */
function outcomeByOrder(
  rivals: Rivals,
  { gang, body, drawn }: { gang: Gang; body: ChallengeReceipts; drawn: TargetDrawn },
) {
  const outcome = rivals.outcomeOf(body, drawn);
  const { secret } = body;
  const { targetEntropy } = drawn;
  const reports = body.reports.map(({ signed }) => ({ witness: signed.witness }));
  const max = gang.params.selectedMax;
  const selected = selectWitnesses({ secret, targetEntropy, reports, max });
  const oursSelected = selected.filter(({ witness }) => !rivals.isRival(witness)).length;
  return body.receipt === undefined ? outcome : { ...outcome, oursSelected };
}

/** Openings wait for the end of the window; then several go at once, the agent's own first. */
function openingLate(parts: AgentParts, gang: Gang): AgentParts {
  const { chainId } = gang;
  const { key, clock } = parts;
  const random = parts.random.stream("more secrets");
  let closesAtMs = 0;
  const event = (told: LedgerEvent) => {
    // The window's end by this host's clock.
    if (told.kind === "slot-drawn")
      closesAtMs = told.openUntil + (told.blockTime - told.protocolTime);
    return told;
  };
  const submit = async (bytes: Uint8Array, ledger: LedgerClient) => {
    const { body } = decodeTransaction(bytes);
    if (body.kind !== "open-challenge") return ledger.submit(bytes);
    await clock.sleep(Math.max(0, closesAtMs - BEFORE_CLOSE_MS - clock.now()));
    const own = await ledger.submit(bytes);
    for (let more = 1; more <= MORE_SECRETS; more++) {
      const secretHash = sha256(random.bytes(SECRET_BYTES));
      const other: OpenChallenge = { ...body, nonce: body.nonce + more, secretHash };
      await ledger.submit(signedBytes({ chainId, body: other, signer: key }));
    }
    return own;
  };
  return { ...parts, ledger: wrapLedger(parts.ledger, { event, submit }) };
}

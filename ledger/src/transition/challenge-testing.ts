/** Plays the roles of a challenge in tests: what agents do over relays, done by hand. */
import { strict as assert } from "node:assert";
import {
  type Acknowledgement,
  type Address,
  addressOf,
  type Bytes32,
  beaconOf,
  beaconPayload,
  type ChallengeId,
  compareAddresses,
  type Db,
  type Dbm,
  type Milliseconds,
  messageHash,
  milliseconds,
  type Params,
  payloadHash,
  regionPlan,
  type SignedReceipt,
  type SignedReport,
  sha256,
  signMessage,
  type Transaction,
  utf8,
} from "@katydid/protocol";
import { nextContext } from "./apply-block.ts";
import { Draft } from "./draft.ts";
import { CHAIN_ID, keysOf, type TestBody, type TestChain } from "./testing.ts";
import type { BlockResult, NewEvent } from "./types.ts";

export function eventsOf<Kind extends NewEvent["kind"]>(
  results: readonly BlockResult[],
  kind: Kind,
): Extract<NewEvent, { kind: Kind }>[] {
  const all = results.flatMap(({ events }) => events);
  return all.filter((event): event is Extract<NewEvent, { kind: Kind }> => event.kind === kind);
}

/** The name in the test of a hotspot's address. */
export function nameOf(names: readonly string[], address: Address): string {
  const name = names.find((candidate) => keysOf(candidate).address === address);
  assert(name !== undefined, "a hotspot of the test");
  return name;
}

/** Few blocks on the way to what a test is about; within the idle limit. */
const REVEAL_STEP_MS = 7000;

export interface Played {
  readonly challenge: ChallengeId;
  readonly challenger: string;
  readonly target: string;
  readonly targetEntropy: Bytes32;
  readonly secret: Bytes32;
  readonly deadlineAt: Milliseconds;
}

/** Runs until a slot draws someone, opens, and runs until the target is drawn and may be revealed. */
export function openOne(chain: TestChain, names: readonly string[]): Played {
  const played = openEarly(chain, names);
  chain.runUntil(revealableAt(chain.params, played.deadlineAt), REVEAL_STEP_MS);
  return played;
}

/** Runs until a slot draws someone, opens, and runs until the target is drawn. */
export function openEarly(chain: TestChain, names: readonly string[]): Played {
  const [slot] = eventsOf(runUntilEvent(chain, "slot-drawn"), "slot-drawn").slice(-1);
  assert(slot, "a slot");
  const challenger = nameOf(names, slot.challengers[0] as Address);
  const challenge = { slot: slot.slot, index: 0 };
  const secret = sha256(utf8(`secret of slot ${slot.slot}`));
  chain.block({ transactions: [chain.sign(challenger, openBody(challenge, secret))] });
  const [drawn] = eventsOf(runUntilEvent(chain, "target-drawn"), "target-drawn").slice(-1);
  assert(drawn, "a target");
  return {
    challenge,
    challenger,
    target: nameOf(names, drawn.target),
    targetEntropy: drawn.targetEntropy,
    secret,
    deadlineAt: drawn.deadlineAt,
  };
}

/** Protocol time from which a challenge with that deadline may be revealed. */
export function revealableAt(params: Params, deadlineAt: Milliseconds): Milliseconds {
  const { challengeTimeoutSeconds, revealAfterSeconds } = params;
  return milliseconds(deadlineAt - (challengeTimeoutSeconds - revealAfterSeconds) * 1000);
}

/** As if each had been heard, and had heard another, when it was added and just now. */
export function meetReciprocity(chain: TestChain, names: readonly string[]): void {
  const { blockTime, view } = chain;
  const draft = new Draft(view, nextContext(view, { blockTime, verify: () => false }));
  for (const name of names) {
    const { address } = keysOf(name);
    const at = draft.hotspot(address)?.addedAt;
    assert(at !== undefined, "a hotspot of the test");
    const stamps = [at, chain.now];
    const first = { firstBeaconedAt: at, firstWitnessedAt: at };
    draft.updateHotspot(address, { beaconedAt: stamps, witnessedAt: stamps, ...first });
  }
  view.commit(draft.writes());
}

export function openBody(challenge: ChallengeId, secret: Bytes32): TestBody {
  return {
    kind: "open-challenge",
    challenge,
    secretHash: sha256(secret),
    ephemeralKey: sha256(utf8("ephemeral")),
  };
}

export function runUntilEvent(chain: TestChain, kind: NewEvent["kind"]): BlockResult[] {
  const results: BlockResult[] = [];
  for (let blocks = 0; blocks < 200; blocks++) {
    const result = chain.block();
    results.push(result);
    if (result.events.some((event) => event.kind === kind)) return results;
  }
  throw new Error(`no ${kind} in 200 blocks`);
}

export function payloadOf({ secret, targetEntropy, target }: Played): Uint8Array {
  return beaconPayload({ secret, targetEntropy, target: keysOf(target).address });
}

export function receiptOf(played: Played): SignedReceipt {
  const payload = payloadOf(played);
  const beacon = beaconOf({ payload, plan: regionPlan("US915") });
  const { address } = keysOf(played.target);
  return signMessage({
    chainId: CHAIN_ID,
    signer: keysOf(played.target),
    body: {
      kind: "receipt",
      challenge: played.challenge,
      target: address,
      payloadHash: payloadHash(payload),
      frequencyHz: beacon.frequencyHz,
      dataRate: beacon.dataRate,
      powerDbm: beacon.powerDbm,
      transmittedAt: milliseconds(0),
    },
  });
}

export function reportOf(played: Played, witness: string, rssiDbm = -100): SignedReport {
  const payload = payloadOf(played);
  const beacon = beaconOf({ payload, plan: regionPlan("US915") });
  return signMessage({
    chainId: CHAIN_ID,
    signer: keysOf(witness),
    body: {
      kind: "report",
      witness: keysOf(witness).address,
      payloadHash: payloadHash(payload),
      rssiDbm: rssiDbm as Dbm,
      snrDb: 5.5 as Db,
      frequencyHz: beacon.frequencyHz,
      dataRate: beacon.dataRate,
      channel: beacon.channel,
      receivedAt: milliseconds(0),
    },
  });
}

export function acknowledge(
  played: Played,
  subject: string,
  signed: SignedReceipt | SignedReport,
  acknowledgedAt: number,
): Acknowledgement {
  return signMessage({
    chainId: CHAIN_ID,
    signer: keysOf(played.challenger),
    body: {
      kind: "acknowledgement",
      challenge: played.challenge,
      challenger: keysOf(played.challenger).address,
      subject: keysOf(subject).address,
      reportHash: messageHash(signed),
      acknowledgedAt: milliseconds(acknowledgedAt),
    },
  });
}

/** The reveal, with everything acknowledged at the last block's time. */
export function revealBody(
  chain: TestChain,
  played: Played,
  witnesses: readonly string[],
  options: { receipt?: SignedReceipt | undefined; listed?: readonly string[] } = {},
): TestBody {
  const acknowledgedAt = chain.blockTime;
  const receipt = "receipt" in options ? options.receipt : receiptOf(played);
  return {
    kind: "challenge-receipts",
    challenge: played.challenge,
    secret: played.secret,
    ...(receipt !== undefined && { receipt: { signed: receipt, acknowledgedAt } }),
    reports: sortedByKey(witnesses).map((witness) => ({
      signed: reportOf(played, witness),
      acknowledgedAt,
    })),
    listed: sortedByKey(options.listed ?? []).map((witness) => ({
      witness: keysOf(witness).address,
      reason: "rssi-above-bound",
    })),
  };
}

export function reveal(
  chain: TestChain,
  played: Played,
  witnesses: readonly string[],
  options?: Parameters<typeof revealBody>[3],
): Transaction {
  return chain.sign(played.challenger, revealBody(chain, played, witnesses, options));
}

export function sortedByKey(names: readonly string[]): string[] {
  const address = (name: string) => addressOf(keysOf(name).publicKey);
  return [...names].sort((a, b) => compareAddresses(address(a), address(b)));
}

/**
 * The witness: whoever hears a frame that may be a beacon says so, sealed under what was heard, and
 * keeps the report until it is acknowledged and revealed (evidence.ts).
 */
import type { ReceivedFrame } from "@katydid/firmware";
import {
  BoundedMap,
  beaconPayloadOf,
  type DataRate,
  db,
  dbm,
  milliseconds,
  payloadHash,
  type Report,
  signMessage,
  toHex,
} from "@katydid/protocol";
import { PAYLOADS_KNOWN_MAX } from "../limits.ts";
import type { ChallengeContext } from "./context.ts";
import type { EvidenceKeeper } from "./evidence.ts";

export interface WitnessOptions {
  readonly context: ChallengeContext;
  readonly evidence: EvidenceKeeper;
  /** Beacons of one's own, and of one's own challenges: not to be witnessed (rule 3). */
  readonly isOwn: (payloadHash: string) => boolean;
}

export class Witness {
  readonly #options: WitnessOptions;
  readonly #heard = new BoundedMap<string, true>(PAYLOADS_KNOWN_MAX);

  constructor(options: WitnessOptions) {
    this.#options = options;
  }

  /** A proprietary frame. Resolves when its report, if any, is on its way. */
  async onFrame(frame: ReceivedFrame): Promise<void> {
    const payload = beaconPayloadOf(frame.payload)?.slice();
    if (payload === undefined || frame.crc !== "ok") return;
    const { context, evidence, isOwn } = this.#options;
    const hash = payloadHash(payload);
    const name = toHex(hash);
    if (isOwn(name) || this.#heard.get(name) === true) return;
    this.#heard.set(name, true);
    // Heard before a restart: the first report is the one that counts.
    if (evidence.hasPayload({ payloadHash: hash })) return;
    context.events.count("witness", "heard");
    // A hotspot that the ledger does not know cannot witness; it only looks at its radio.
    if (context.self() === undefined) return;
    const report = signMessage({
      chainId: context.chainId,
      signer: context.key,
      body: reportOf({ frame, witness: context.key.address, payloadHash: hash }),
    });
    const heard = `heard a beacon at ${report.rssiDbm} dBm, ${report.snrDb} dB`;
    context.events.note("witness", name, heard);
    await evidence.add({ report, receipt: undefined, challenger: undefined, payload });
  }
}

function reportOf(input: {
  readonly frame: ReceivedFrame;
  readonly witness: Report["witness"];
  readonly payloadHash: Uint8Array;
}): Report {
  const { frame, witness, payloadHash: hash } = input;
  const { frequencyHz, channel, receivedAt, fineTimeNs } = frame;
  return {
    kind: "report",
    witness,
    payloadHash: hash,
    rssiDbm: dbm(frame.rssiDbm),
    snrDb: db(frame.snrDb),
    frequencyHz,
    dataRate: frame.dataRate as DataRate,
    channel,
    receivedAt: milliseconds(Math.floor(receivedAt)),
    ...(fineTimeNs === undefined ? {} : { fineTimeNs }),
  };
}

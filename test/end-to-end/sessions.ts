/** What a broker sees of the sessions between hotspots and routers: sealed, but not secret. */
import type { Bus } from "@katydid/platform";
import {
  type Decision,
  decodeMessage,
  MAC_BYTES,
  type Message,
  type SignedVoucher,
} from "@katydid/protocol";
import { Recorder } from "./awaiting.ts";

/** Sequence of an envelope before its message. */
const SEQUENCE_BYTES = 4;

export interface SessionMessage {
  readonly topic: string;
  readonly message: Message;
}

/** Records every message of every session from now on. */
export async function recordSessions(bus: Bus): Promise<Recorder<SessionMessage>> {
  const recorder = new Recorder<SessionMessage>();
  for (const filter of ["kd/up/#", "kd/down/#"]) {
    await bus.subscribe(filter, (topic, payload) => {
      // Empty: "I have no session with you".
      if (payload.length === 0) return;
      const isEnvelope = payload[0] === 0;
      const bytes = isEnvelope ? payload.subarray(SEQUENCE_BYTES, -MAC_BYTES) : payload;
      recorder.add({ topic, message: decodeMessage(bytes) });
    });
  }
  return recorder;
}

export function vouchersIn({ items }: Recorder<SessionMessage>): SignedVoucher[] {
  return items.flatMap(({ message }) => (message.kind === "voucher" ? [message] : []));
}

export function decisionsIn({ items }: Recorder<SessionMessage>): Decision["outcome"][] {
  return items.flatMap(({ message }) => (message.kind === "decision" ? [message.outcome] : []));
}

export function isDeclined(reason: string): (item: SessionMessage) => boolean {
  return ({ message }) =>
    message.kind === "decision" &&
    message.outcome.kind === "declined" &&
    message.outcome.reason === reason;
}

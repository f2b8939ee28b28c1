/**
 * Claims what it did not carry: replays each frame that it heard, sends made-up ones of devices that
 * it heard of, and redeems vouchers with figures raised. Against replay, MIC and duplicate checks of
 * the router, the router's signature on vouchers, and "paid is what was bought".
 */
import type { ReceivedFrame } from "@katydid/firmware";
import type { LedgerClient } from "@katydid/ledger/client";
import { dc, decodeTransaction, milliseconds, parseFrame } from "@katydid/protocol";
import type { AgentParts, Gang, Strategy } from "../strategy.ts";
import { WrappedConcentrator } from "../wrappers/wrapped-concentrator.ts";
import { signedBytes, wrapLedger } from "../wrappers/wrapped-ledger.ts";

/** When a frame is brought again, ms: within the copy window, after it, and long after. */
const REPLAY_AFTER_MS = [500, 30_000, 600_000];
/** Figures of a voucher, times over. */
const RAISED = 10n;
/** Of a data frame: MHDR, DevAddr and FCtrl stand before the counter. */
const FCNT_AT = 6;

export const claimsUncarried: Strategy = {
  name: "claims-uncarried",
  title: "Hotspot that claims frames that it did not carry",
  attack: "payment",
  gang: "hotspots",
  scheme: (gang) => ({ wrapAgent: (parts) => claiming(parts, gang) }),
};

function claiming(parts: AgentParts, gang: Gang): AgentParts {
  const { clock, key } = parts;
  const random = parts.random.stream("made-up frames");
  const radio: WrappedConcentrator = new WrappedConcentrator(parts.concentrator, {
    hear: (frame) => {
      if (parseFrame(frame.payload).kind !== "data-up") return frame;
      for (const afterMs of REPLAY_AFTER_MS) {
        clock.after(afterMs, () => radio.inject(heardNow(frame, clock.now())));
      }
      const payload = frame.payload.slice();
      payload[FCNT_AT] = (payload[FCNT_AT] ?? 0) + 1;
      payload.set(random.bytes(4), payload.length - 4);
      clock.after(1, () => radio.inject(heardNow({ ...frame, payload }, clock.now())));
      return frame;
    },
  });
  const submit = async (bytes: Uint8Array, ledger: LedgerClient) => {
    const { body } = decodeTransaction(bytes);
    if (body.kind !== "redeem-voucher") return ledger.submit(bytes);
    const { voucher } = body;
    const cumulativeDc = dc(voucher.cumulativeDc * RAISED);
    const raised = { ...body, voucher: { ...voucher, cumulativeDc } };
    const { chainId } = gang;
    const outcome = await ledger.submit(signedBytes({ chainId, body: raised, signer: key }));
    return outcome.outcome === "accepted" ? outcome : ledger.submit(bytes);
  };
  return { ...parts, concentrator: radio, ledger: wrapLedger(parts.ledger, { submit }) };
}

function heardNow(frame: ReceivedFrame, nowMs: number): ReceivedFrame {
  return { ...frame, receivedAt: milliseconds(Math.floor(nowMs)) };
}

/**
 * Signs two receipts of each of its beacons, with different times, and sends both: the challenger
 * that reveals one is to have left out the other. Against "a target's two receipts are slashed" and
 * the rule that a receipt that is in was not left out.
 */
import { decodeMessage, encodeMessage, milliseconds, signMessage } from "@katydid/protocol";
import type { AgentParts, Gang, Strategy } from "../strategy.ts";
import { wrapBus } from "../wrappers/wrapped-bus.ts";

/** Between the two times of transmission, ms. */
const APART_MS = 500;

export const equivocatingTarget: Strategy = {
  name: "equivocating-target",
  title: "Target that signs two receipts of one beacon",
  attack: "griefing",
  gang: "hotspots",
  scheme: (gang) => ({ wrapAgent: (parts) => signingTwice(parts, gang) }),
};

function signingTwice(parts: AgentParts, { chainId }: Pick<Gang, "chainId">): AgentParts {
  const publish = (topic: string, payload: Uint8Array) => {
    if (!topic.endsWith("/receipt")) return [payload];
    const message = decodeMessage(payload);
    if (message.kind !== "receipt") return [payload];
    const { signature: _signature, ...body } = message;
    const transmittedAt = milliseconds(body.transmittedAt + APART_MS);
    const other = signMessage({ chainId, signer: parts.key, body: { ...body, transmittedAt } });
    return [payload, encodeMessage(other)];
  };
  return { ...parts, busTo: (url) => wrapBus(parts.busTo(url), { publish }) };
}

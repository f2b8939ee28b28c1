/** Who signs a transaction. */

import type { Address } from "../units.ts";
import type { TransactionBody } from "./transaction.ts";

/**
 * Signers in the order of the signatures, the actor first and each once: payer, owner and hotspot
 * of add-hotspot; owner and router of register-router; old and new owner of transfer-hotspot; else
 * the actor alone.
 */
export function signersOf(body: TransactionBody): Address[] {
  switch (body.kind) {
    case "add-hotspot":
      return [...new Set([body.actor, body.owner, body.hotspot])];
    case "register-router":
      return [...new Set([body.actor, body.router])];
    case "transfer-hotspot":
      return [...new Set([body.actor, body.newOwner])];
    default:
      return [body.actor];
  }
}

/** The rule of each kind of transaction. */
import { type TransactionBody, unreachable } from "@katydid/protocol";
import type { Draft } from "../draft.ts";
import type { Identity } from "../identity.ts";
import { addHotspot } from "./add-hotspot.ts";
import { assertLocation } from "./assert-location.ts";
import { burn } from "./burn.ts";
import { challengeReceipts } from "./challenge-receipts.ts";
import { closeChannel } from "./close-channel.ts";
import { fillBond } from "./fill-bond.ts";
import { lateReceipt } from "./late-receipt.ts";
import { makeGood } from "./make-good.ts";
import { openChallenge } from "./open-challenge.ts";
import { openChannel } from "./open-channel.ts";
import { presence } from "./presence.ts";
import { priceReport } from "./price-report.ts";
import { redeemVoucher } from "./redeem-voucher.ts";
import { registerRelay } from "./register-relay.ts";
import { registerRouter } from "./register-router.ts";
import { removeHotspot } from "./remove-hotspot.ts";
import { reportCommitment } from "./report-commitment.ts";
import { reportEvidence } from "./report-evidence.ts";
import type { Ruling } from "./ruling.ts";
import { stake } from "./stake.ts";
import { transfer } from "./transfer.ts";
import { transferHotspot } from "./transfer-hotspot.ts";
import { unstake } from "./unstake.ts";
import { updateRouter } from "./update-router.ts";

export type { Fee, PaidFee } from "./ruling.ts";

export function rule(draft: Draft, body: TransactionBody, identity: Identity): Ruling {
  switch (body.kind) {
    case "transfer":
      return transfer(draft, body, identity);
    case "burn":
      return burn(draft, body, identity);
    case "price-report":
      return priceReport(draft, body, identity);
    case "add-hotspot":
      return addHotspot(draft, body, identity);
    case "assert-location":
      return assertLocation(draft, body, identity);
    case "presence":
      return presence(draft, body, identity);
    case "register-router":
      return registerRouter(draft, body, identity);
    case "update-router":
      return updateRouter(draft, body, identity);
    case "register-relay":
      return registerRelay(draft, body, identity);
    case "open-channel":
      return openChannel(draft, body, identity);
    case "close-channel":
      return closeChannel(draft, body, identity);
    case "redeem-voucher":
      return redeemVoucher(draft, body, identity);
    case "open-challenge":
      return openChallenge(draft, body, identity);
    case "report-commitment":
      return reportCommitment(draft, body, identity);
    case "challenge-receipts":
      return challengeReceipts(draft, body, identity);
    case "late-receipt":
      return lateReceipt(draft, body, identity);
    case "stake":
      return stake(draft, body, identity);
    case "transfer-hotspot":
      return transferHotspot(draft, body, identity);
    case "remove-hotspot":
      return removeHotspot(draft, body, identity);
    case "fill-bond":
      return fillBond(draft, body, identity);
    case "make-good":
      return makeGood(draft, body, identity);
    case "unstake":
      return unstake(draft, body, identity);
    case "report-evidence":
      return reportEvidence(draft, body, identity);
    default:
      return unreachable(body);
  }
}

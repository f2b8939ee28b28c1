/**
 * The ledger's verdict, computed beforehand from what the ledger shows: rules 1 to 13. The
 * fourteenth (reciprocity) is the ledger's own counters, and no reason to leave a report out.
 */
import type { HotspotView } from "@katydid/ledger/client";
import {
  type Address,
  beaconOf,
  db,
  deniesHotspot,
  type HotspotFacts,
  judgeWitness,
  type Milliseconds,
  type Params,
  payloadHash,
  type SignedReceipt,
  type SignedReport,
  toHex,
  tryRegionPlan,
  type VerdictReason,
} from "@katydid/protocol";

export interface ReportFacts {
  readonly params: Params;
  readonly challenger: Address;
  /** The target, as the ledger knows it; absent: not at all. */
  readonly target: HotspotView | undefined;
  readonly targetAddress: Address;
  readonly witness: HotspotView | undefined;
  /** The 51 bytes. */
  readonly payload: Uint8Array;
  readonly report: SignedReport;
  /** The challenger's host time, as are the next two. */
  readonly acknowledgedAt: Milliseconds;
  readonly receiptAt: Milliseconds | undefined;
  readonly deadlineAt: Milliseconds;
  /** Protocol time of the target's draw; absent: classifications are left to the ledger. */
  readonly drawnAt: Milliseconds | undefined;
}

/** Why rules 1 to 13 refuse the report; undefined: they do not. */
export function reasonAgainst(facts: ReportFacts): VerdictReason | undefined {
  const { report, payload, params } = facts;
  const plan = tryRegionPlan(facts.target?.region ?? "");
  if (facts.target === undefined || plan === undefined) return "region-mismatch";
  const beacon = beaconOf({ payload, plan });
  const verdict = judgeWitness(
    {
      challenger: { address: facts.challenger },
      beaconer: factsOf(facts.targetAddress, facts.target),
      witness: factsOf(report.witness, facts.witness),
      txPowerDbm: beacon.powerDbm,
      derived: {
        payloadHash: toHex(payloadHash(payload)),
        frequencyHz: beacon.frequencyHz,
        dataRate: beacon.dataRate,
      },
      report: {
        payloadHash: toHex(report.payloadHash),
        frequencyHz: report.frequencyHz,
        dataRate: report.dataRate,
        rssiDbm: report.rssiDbm,
      },
      ...(facts.receiptAt === undefined ? {} : { targetReceiptAtMs: facts.receiptAt }),
      acknowledgedAtMs: facts.acknowledgedAt,
      deadlineMs: facts.deadlineAt,
      denied: deniedOf(facts),
      // Pairs are the ledger's to judge: it shows who is denied, and pairs only in a list.
      deniedEdges: [],
      alreadyReported: false,
      reciprocity: { witness: "met", beaconer: "met" },
    },
    params,
  );
  return verdict.verdict === "valid" ? undefined : verdict.reason;
}

/** Who was denied when the target was drawn, and still is. */
function deniedOf({ target, witness, drawnAt }: ReportFacts): Address[] {
  return [target, witness].flatMap((view) => {
    const found = view?.classification;
    if (view === undefined || found === undefined || drawnAt === undefined) return [];
    const isDenied = deniesHotspot(found.classifier) && found.since <= drawnAt;
    return isDenied && drawnAt <= found.until ? [view.address] : [];
  });
}

/**
 * Whether the ledger takes this receipt: it refuses a whole reveal for one that names another
 * frequency or data rate than the challenge prescribes, and silence is fined.
 */
export function receiptHolds(facts: {
  /** As in ReportFacts; where it could not be asked, the receipt is trusted. */
  readonly target: HotspotView | undefined;
  readonly payload: Uint8Array;
  readonly receipt: SignedReceipt;
}): boolean {
  const { target, payload, receipt } = facts;
  const plan = tryRegionPlan(target?.region ?? "");
  if (plan === undefined) return true;
  const { frequencyHz, dataRate } = beaconOf({ payload, plan });
  return receipt.frequencyHz === frequencyHz && receipt.dataRate === dataRate;
}

function factsOf(address: Address, view: HotspotView | undefined): HotspotFacts {
  return {
    address,
    known: view !== undefined,
    bonded: view?.bonded ?? false,
    located: view?.cell !== undefined,
    gainDbi: view?.gainDbi ?? db(0),
    ...(view?.cell === undefined ? {} : { cell: view.cell }),
    ...(view?.region === undefined ? {} : { region: view.region }),
  };
}

/** Nothing comes from nothing, and nothing is lost: checked at every block. */
import type { SupplyView } from "@katydid/ledger/client";

/** Throws (a bug of the ledger) where the sums of protocol.md do not hold. */
export function checkConservation(supply: SupplyView, height: number): void {
  const made = supply.genesis + supply.minted;
  const { balances, bonds, stakes, held, unbonding, burned, dust } = supply;
  const there = balances + bonds + stakes + held + unbonding + burned + dust;
  if (made !== there) {
    throw new Error(`motes are not conserved at height ${height}: ${made} made, ${there} there`);
  }
  const dcThere = supply.dcHeld + supply.dcInChannels + supply.dcSpent;
  if (supply.dcMade !== dcThere) {
    const sums = `${supply.dcMade} made, ${dcThere} there`;
    throw new Error(`data credits are not conserved at height ${height}: ${sums}`);
  }
  for (const [name, amount] of Object.entries(supply)) {
    if (amount < 0n) throw new Error(`${name} is below zero at height ${height}: ${amount}`);
  }
}

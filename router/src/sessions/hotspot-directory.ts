/** What the ledger says of the hotspots that talk to this router; kept up to date by its events. */
import type { HotspotView, LedgerClient } from "@katydid/ledger/client";
import type { Address } from "@katydid/protocol";
import type { HotspotFacts } from "./hotspot-link.ts";

export class HotspotDirectory {
  readonly #ledger: Pick<LedgerClient, "hotspot">;
  readonly #facts = new Map<Address, HotspotFacts>();

  constructor({ ledger }: { readonly ledger: Pick<LedgerClient, "hotspot"> }) {
    this.#ledger = ledger;
  }

  known(address: Address): HotspotFacts | undefined {
    return this.#facts.get(address);
  }

  /** undefined: no such hotspot on the ledger. Rejects where the ledger cannot be reached (Fault). */
  async ask(address: Address): Promise<HotspotFacts | undefined> {
    const known = this.#facts.get(address);
    if (known !== undefined) return known;
    const view = await this.#ledger.hotspot(address);
    return view === undefined ? undefined : this.#keep(view);
  }

  /** The ledger says that it changed. Those that never said hello are not kept. */
  learn(view: HotspotView): HotspotFacts | undefined {
    return this.#facts.has(view.address) ? this.#keep(view) : undefined;
  }

  forget(address: Address): void {
    this.#facts.delete(address);
  }

  #keep({ address, name, cell }: HotspotView): HotspotFacts {
    const facts: HotspotFacts = { address, name, cell };
    this.#facts.set(address, facts);
    return facts;
  }
}

/** One connection to each broker, made when it is first needed. */
import type { Bus } from "@katydid/platform";

export class BusPool {
  readonly #connect: (url: string) => Bus;
  readonly #buses = new Map<string, Bus>();

  constructor(connect: (url: string) => Bus) {
    this.#connect = connect;
  }

  /** Bounded by what the ledger lists: relays, and routers in use. */
  readonly to = (url: string): Bus => {
    let bus = this.#buses.get(url);
    if (bus === undefined) {
      bus = this.#connect(url);
      this.#buses.set(url, bus);
    }
    return bus;
  };

  get connections(): readonly { readonly url: string; readonly connected: boolean }[] {
    return Array.from(this.#buses, ([url, { connected }]) => ({ url, connected }));
  }

  async close(): Promise<void> {
    const buses = [...this.#buses.values()];
    this.#buses.clear();
    for (const bus of buses) await bus[Symbol.asyncDispose]();
  }
}

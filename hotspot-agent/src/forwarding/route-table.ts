/**
 * Which routers want a frame: data frames by the slab that holds their DevAddr (binary search over
 * merged slabs), join requests by the EUI filter of each router that has one. Built anew whenever
 * the ledger says that a router changed; never changed in place.
 */
import type { RouterView } from "@katydid/ledger/client";
import { type Address, euiFilterHas } from "@katydid/protocol";
import { ROUTES_PER_FRAME_MAX } from "../limits.ts";

export interface Route {
  readonly router: Address;
  /** mqtt:// or mqtts:// addresses where hotspots reach it. */
  readonly endpoints: readonly string[];
}

interface Joins {
  readonly route: Route;
  readonly filter: Uint8Array;
}

const NONE: readonly Route[] = [];

export class RouteTable {
  /** First device address of each run, ascending, and the address after its last. */
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  /** The answer for each run, made once, so that a match allocates nothing. */
  readonly #answers: readonly (readonly Route[])[];
  readonly #joins: readonly Joins[];
  readonly #routes: ReadonlyMap<Address, Route>;

  constructor(routers: readonly RouterView[]) {
    const routes = new Map<Address, Route>();
    const joins: Joins[] = [];
    const runs: { start: number; end: number; answer: readonly Route[] }[] = [];
    for (const router of routers) {
      if (router.endpoints.length === 0) continue;
      const route: Route = { router: router.address, endpoints: router.endpoints };
      const answer = [route];
      routes.set(router.address, route);
      if (router.filter.length > 0) joins.push({ route, filter: router.filter });
      for (const { start, count } of router.slabs) {
        runs.push({ start, end: start + count, answer });
      }
    }
    const merged = mergeRuns(runs);
    this.#starts = Float64Array.from(merged, (run) => run.start);
    this.#ends = Float64Array.from(merged, (run) => run.end);
    this.#answers = merged.map((run) => run.answer);
    this.#joins = joins;
    this.#routes = routes;
  }

  /** Routers that hold a slab with this device address: one or none. */
  ofDevAddr(devAddr: number): readonly Route[] {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] as number) <= devAddr) low = middle + 1;
      else high = middle;
    }
    if (low === 0 || devAddr >= (this.#ends[low - 1] as number)) return NONE;
    return this.#answers[low - 1] ?? NONE;
  }

  /** Routers whose EUI filter holds this device: false positives are possible, omissions are not. */
  ofJoin(joinEui: bigint, devEui: bigint): readonly Route[] {
    const found: Route[] = [];
    for (const { route, filter } of this.#joins) {
      if (found.length >= ROUTES_PER_FRAME_MAX) break;
      if (euiFilterHas(filter, joinEui, devEui)) found.push(route);
    }
    return found;
  }

  ofRouter(router: Address): Route | undefined {
    return this.#routes.get(router);
  }

  get routers(): readonly Route[] {
    return [...this.#routes.values()];
  }
}

/** Sorted by start; neighbours of one router become one run. The ledger gives no address twice. */
function mergeRuns<Answer>(
  runs: readonly { start: number; end: number; answer: Answer }[],
): readonly { start: number; end: number; answer: Answer }[] {
  const merged: { start: number; end: number; answer: Answer }[] = [];
  for (const run of [...runs].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && last.end === run.start && last.answer === run.answer) {
      last.end = run.end;
    } else {
      merged.push({ ...run });
    }
  }
  return merged;
}

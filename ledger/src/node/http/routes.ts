/**
 * The node's HTTP interface: reads, submission and events under /v1, vector tiles under /tiles.
 * OpenAPI comes from the schemas. All of it is public: the ledger has no secrets.
 */
import type { HttpServer } from "@katydid/platform";
import type { LedgerNode } from "../ledger-node.ts";
import { classifierRoutes } from "./classifier-routes.ts";
import { coverageRoutes } from "./coverage-routes.ts";
import { eventRoutes } from "./event-routes.ts";
import { hotspotRoutes } from "./hotspot-routes.ts";
import { networkRoutes } from "./network-routes.ts";
import { tileRoutes } from "./tile-routes.ts";
import { transactionRoutes } from "./transaction-routes.ts";

export interface LedgerRoutesOptions {
  /** Addresses of this ledger and others of the network, for the network file. */
  readonly ledgers?: readonly string[];
}

/** Adds the routes to a server made by `createHttpServer`, before it listens. */
export async function ledgerRoutes(
  server: HttpServer,
  node: LedgerNode,
  options: LedgerRoutesOptions = {},
): Promise<void> {
  const ledgers = options.ledgers ?? [];
  await server.register(
    async (scope) => {
      networkRoutes(scope, { node, ledgers });
      hotspotRoutes(scope, node);
      classifierRoutes(scope, node);
      transactionRoutes(scope, node);
      eventRoutes(scope, node);
      coverageRoutes(scope, node);
    },
    { prefix: "/v1" },
  );
  tileRoutes(server, node);
}

/** The router's HTTP interface, under /router/v1. Everything in it needs an owner's token. */
import type { HttpServer } from "@katydid/platform";
import type { Router } from "../contract.ts";
import { requireOwner } from "./auth.ts";
import { deviceRoutes } from "./device-routes.ts";
import { eventRoutes } from "./event-routes.ts";
import { ownerRoutes } from "./owner-routes.ts";

export const ROUTER_PREFIX = "/router/v1";

/** Adds the routes to a server that does not listen yet. */
export async function routerRoutes(server: HttpServer, router: Router): Promise<void> {
  await server.register(
    async (scope: HttpServer) => {
      requireOwner(scope, router.owners);
      deviceRoutes(scope, router);
      ownerRoutes(scope, router);
      eventRoutes(scope, router);
    },
    { prefix: ROUTER_PREFIX },
  );
}

/** What public classifiers read and found: with it anybody computes every classification again. */
import { type HttpServer, problemSchema } from "@katydid/platform";
import * as schemas from "../../client/schemas.ts";
import { type JsonSchema, toWire } from "../../client/wire.ts";
import type { LedgerNode } from "../ledger-node.ts";
import {
  addressOr400,
  notFound,
  type PageParameters,
  pageOfQuery,
  pageQuery,
  pathOf,
  queryOf,
} from "./answers.ts";

export function classifierRoutes(server: HttpServer, { queries }: LedgerNode): void {
  const page = schemas.pageOf(schemas.standingClassificationSchema);
  server.get<{ Querystring: PageParameters }>(
    "/classifications",
    { schema: { ...about("Classifications that stand", page), querystring: queryOf(pageQuery) } },
    async ({ query }) => toWire(queries.classifications(pageOfQuery(query))),
  );
  const byAddress = { params: pathOf("address") };
  const heard = about("Who hears its beacons, in counters", schemas.hearingSchema);
  server.get<{ Params: { address: string } }>(
    "/hotspots/:address/hearing",
    { schema: { ...heard, ...byAddress } },
    async ({ params }, reply) => {
      const address = addressOr400(params.address, reply);
      if (address === undefined) return reply;
      const view = queries.hearingOf(address);
      return view === undefined ? notFound(reply, "heard hotspot") : toWire(view);
    },
  );
  const paid = about("What it paid, and to whom most", schemas.trafficSchema);
  server.get<{ Params: { address: string } }>(
    "/routers/:address/traffic",
    { schema: { ...paid, ...byAddress } },
    async ({ params }, reply) => {
      const address = addressOr400(params.address, reply);
      if (address === undefined) return reply;
      const view = queries.trafficOf(address);
      return view === undefined ? notFound(reply, "router that paid") : toWire(view);
    },
  );
}

function about(summary: string, answer: JsonSchema) {
  return { summary, tags: ["classifiers"], response: { 200: answer, "4xx": problemSchema } };
}

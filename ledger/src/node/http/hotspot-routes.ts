/** Hotspots, their challenges and rewards. */
import { type HttpServer, problemSchema } from "@katydid/platform";
import { type Address, cellCenter, PARTS_PER_DEGREE } from "@katydid/protocol";
import type { HotspotView } from "../../client/client.ts";
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

export function hotspotRoutes(server: HttpServer, { queries }: LedgerNode): void {
  const owned = queryOf({ ...pageQuery, owner: { type: "string", description: "address" } });
  const listSchema = schemas.pageOf(schemas.hotspotSchema);
  server.get<{ Querystring: PageParameters & { owner?: string } }>(
    "/hotspots",
    { schema: { ...about("Hotspots, in pages", listSchema), querystring: owned } },
    async ({ query }, reply) => {
      let owner: Address | undefined;
      if (query.owner !== undefined) {
        owner = addressOr400(query.owner, reply);
        if (owner === undefined) return reply;
      }
      const filter = owner === undefined ? {} : { owner };
      return toWire(queries.hotspots({ ...pageOfQuery(query), ...filter }));
    },
  );
  server.get<{ Params: { address: string } }>(
    "/hotspots/:address",
    { schema: { ...about("A hotspot", schemas.placedHotspotSchema), params: pathOf("address") } },
    async ({ params }, reply) => {
      const address = addressOr400(params.address, reply);
      if (address === undefined) return reply;
      const view = queries.hotspot(address);
      return view === undefined
        ? notFound(reply, "hotspot")
        : toWire({ ...view, ...centerOf(view) });
    },
  );
  const paged = { params: pathOf("address"), querystring: queryOf(pageQuery) };
  server.get<{ Params: { address: string }; Querystring: PageParameters }>(
    "/hotspots/:address/challenges",
    {
      schema: {
        ...about("As challenger, beaconer or witness; newest first", challengePage),
        ...paged,
      },
    },
    async ({ params, query }, reply) => {
      const address = addressOr400(params.address, reply);
      return address === undefined
        ? reply
        : toWire(queries.challengesOf(address, pageOfQuery(query)));
    },
  );
  server.get<{ Params: { address: string }; Querystring: PageParameters }>(
    "/hotspots/:address/rewards",
    { schema: { ...about("Rewards of a hotspot, newest epoch first", rewardPage), ...paged } },
    async ({ params, query }, reply) => {
      const address = addressOr400(params.address, reply);
      return address === undefined ? reply : toWire(queries.rewardsOf(address, pageOfQuery(query)));
    },
  );
  server.get<{ Params: { address: string }; Querystring: PageParameters }>(
    "/hotspots/:address/penalties",
    { schema: { ...about("What took a hotspot's bond, newest first", penaltyPage), ...paged } },
    async ({ params, query }, reply) => {
      const address = addressOr400(params.address, reply);
      return address === undefined
        ? reply
        : toWire(queries.penaltiesOf(address, pageOfQuery(query)));
    },
  );
}

const challengePage = schemas.pageOf(schemas.challengeSchema);
const penaltyPage = schemas.pageOf(schemas.penaltySchema);
const rewardPage = schemas.pageOf(schemas.rewardSchema);

function about(summary: string, answer: JsonSchema) {
  return { summary, tags: ["hotspots"], response: { 200: answer, "4xx": problemSchema } };
}

/** Longitude and latitude of its cell, for maps. */
function centerOf({ cell }: HotspotView) {
  if (cell === undefined) return {};
  const { latE7, lngE7 } = cellCenter(cell);
  return { center: [lngE7 / PARTS_PER_DEGREE, latE7 / PARTS_PER_DEGREE] };
}

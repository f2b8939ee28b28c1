/** Vector tiles of coverage and hotspots, compressed, named by the height at which the map changed. */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type HttpServer, problemSchema, sendProblem } from "@katydid/platform";
import { BoundedMap } from "@katydid/protocol";
import { TILE_ZOOM_MAX } from "../../coverage/coverage-tiles.ts";
import type { TileId } from "../../coverage/tile-math.ts";
import type { LedgerNode } from "../ledger-node.ts";
import { numbersOf } from "./answers.ts";

const compress = promisify(gzip);
/** Compressed tiles in one generation of the cache, some kilobytes each. */
const TILES_CACHED_MAX = 500;

export function tileRoutes(server: HttpServer, node: LedgerNode): void {
  const cache = new BoundedMap<string, Promise<Uint8Array>>(TILES_CACHED_MAX);
  server.get<{ Params: TileId }>(
    "/tiles/coverage/:z/:x/:y.mvt",
    {
      schema: {
        summary: "Vector tile with the layers coverage and hotspots",
        tags: ["coverage"],
        params: numbersOf("z", "x", "y"),
        response: { 404: problemSchema },
      },
    },
    async (request, reply) => {
      const { z, x, y } = request.params;
      if (z > TILE_ZOOM_MAX || x >= 2 ** z || y >= 2 ** z) {
        return sendProblem(reply, { status: 404, code: "not-found", detail: "no such tile" });
      }
      const tag = `"${node.mapHeight}"`;
      reply.header("etag", tag).header("cache-control", "no-cache");
      if (request.headers["if-none-match"] === tag) return reply.code(304).send();
      const name = `${node.mapHeight}/${z}/${x}/${y}`;
      let tile = cache.get(name);
      if (tile === undefined) {
        tile = compress(node.tiles.tile({ z, x, y }));
        cache.set(name, tile);
      }
      reply.type("application/vnd.mapbox-vector-tile").header("content-encoding", "gzip");
      return reply.send(await tile);
    },
  );
}

/** A hex of the map: is it covered, by whom, and by what evidence. */
import { type HttpServer, problemSchema, sendProblem } from "@katydid/platform";
import {
  type Cell,
  cellBoundary,
  cellCenter,
  hotspotName,
  isCell,
  PARTS_PER_DEGREE,
  parentOf,
  resolutionOf,
} from "@katydid/protocol";
import { coverageCellSchema } from "../../client/schemas.ts";
import { LEAF_RESOLUTION, ROOT_RESOLUTION } from "../../coverage/coverage-index.ts";
import type { LedgerNode } from "../ledger-node.ts";
import { pathOf } from "./answers.ts";

export function coverageRoutes(server: HttpServer, node: LedgerNode): void {
  server.get<{ Params: { cell: string } }>(
    "/coverage/cells/:cell",
    {
      schema: {
        summary: "Coverage of an H3 cell; of one finer than resolution 8, that of its parent",
        tags: ["coverage"],
        params: pathOf("cell"),
        response: { 200: coverageCellSchema, 400: problemSchema },
      },
    },
    async ({ params }, reply) => {
      const cell = isCell(params.cell) ? params.cell : undefined;
      if (cell === undefined || resolutionOf(cell) < ROOT_RESOLUTION) {
        const detail = `not an H3 cell of resolution ${ROOT_RESOLUTION} or finer`;
        return sendProblem(reply, { status: 400, code: "cell-malformed", detail });
      }
      return cellJson(node, cell);
    },
  );
}

function cellJson({ coverage }: LedgerNode, asked: Cell) {
  const cell = resolutionOf(asked) > LEAF_RESOLUTION ? parentOf(asked, LEAF_RESOLUTION) : asked;
  const { latE7, lngE7 } = cellCenter(cell);
  const known = coverage.cell(cell);
  const hotspots = known?.hotspots ?? [];
  return {
    state: "unmapped",
    count: 0,
    ...known,
    cell,
    resolution: resolutionOf(cell),
    hotspots: hotspots.map((heard) => ({ ...heard, name: hotspotName(heard.address) })),
    evidence: coverage.evidence(cell),
    center: [lngE7 / PARTS_PER_DEGREE, latE7 / PARTS_PER_DEGREE],
    boundary: cellBoundary(cell).map(({ latDegrees, lngDegrees }) => [lngDegrees, latDegrees]),
  };
}

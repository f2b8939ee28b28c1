/** Submission, and what became of a transaction. */
import { type HttpReply, type HttpServer, problemSchema, sendProblem } from "@katydid/platform";
import { TRANSACTION_BYTES_MAX } from "@katydid/protocol";
import * as schemas from "../../client/schemas.ts";
import { toWire } from "../../client/wire.ts";
import type { LedgerNode } from "../ledger-node.ts";
import { notFound, pathOf } from "./answers.ts";

/** Of a body: hex doubles the bytes, and there is JSON around it. */
const BODY_BYTES_MAX = 2 * TRANSACTION_BYTES_MAX + 1024;

export function transactionRoutes(server: HttpServer, node: LedgerNode): void {
  server.addContentTypeParser(
    "application/octet-stream",
    { parseAs: "buffer", bodyLimit: BODY_BYTES_MAX },
    async (_request: unknown, body: Buffer) => body,
  );
  const textSchema = {
    type: "object",
    required: ["transaction"],
    additionalProperties: false,
    properties: { transaction: { type: "string", description: "hex or base64" } },
  } as const;
  server.post<{ Body: unknown }>(
    "/transactions",
    {
      bodyLimit: BODY_BYTES_MAX,
      schema: {
        summary: "Submit a signed transaction",
        tags: ["transactions"],
        body: {
          content: {
            "application/octet-stream": { schema: {} },
            "application/json": { schema: textSchema },
          },
        },
        response: {
          202: schemas.submitAcceptedSchema,
          400: problemSchema,
          422: schemas.submitRefusedSchema,
        },
      },
    },
    async ({ body }, reply) => {
      const bytes = bytesOf(body);
      if (bytes === undefined) {
        const detail =
          "send bytes as application/octet-stream, or JSON with `transaction` in hex or base64";
        return sendProblem(reply, { status: 400, code: "invalid", detail });
      }
      return answer(reply, node.submit(bytes));
    },
  );
  server.get<{ Params: { id: string } }>(
    "/transactions/:id",
    {
      schema: {
        summary: "A transaction that is in a block",
        tags: ["transactions"],
        params: pathOf("id"),
        response: { 200: schemas.transactionSchema, 404: problemSchema },
      },
    },
    async ({ params }, reply) => {
      const view = node.queries.transaction(params.id);
      return view === undefined ? notFound(reply, "transaction in a block") : toWire(view);
    },
  );
}

function answer(reply: HttpReply, outcome: ReturnType<LedgerNode["submit"]>): HttpReply {
  if (outcome.outcome === "accepted") return reply.code(202).send(toWire(outcome));
  const { reason, detail: numbers } = outcome;
  const detail = `the ledger refuses it: ${reason}`;
  return sendProblem(reply, { status: 422, code: reason, detail, numbers });
}

/** Schemas hold for the two content types only: a body may be missing, or text. */
function bytesOf(body: unknown): Uint8Array | undefined {
  if (body instanceof Uint8Array) return new Uint8Array(body);
  if (typeof body !== "object" || body === null || !("transaction" in body)) return undefined;
  const text = body.transaction;
  if (typeof text !== "string") return undefined;
  if (/^([0-9a-fA-F]{2})+$/.test(text)) return new Uint8Array(Buffer.from(text, "hex"));
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  return new Uint8Array(Buffer.from(text, "base64"));
}

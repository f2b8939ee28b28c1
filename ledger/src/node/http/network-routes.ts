/** The chain itself: status, parameters, blocks, epochs, money, routers, relays, channels, challenges. */
import { type HttpServer, problemSchema, sendProblem } from "@katydid/platform";
import {
  encodeCommit,
  encodeHeader,
  fromHex,
  millisecondsOf,
  toHex,
  transactionId,
} from "@katydid/protocol";
import * as schemas from "../../client/schemas.ts";
import { toWire } from "../../client/wire.ts";
import type { LedgerNode } from "../ledger-node.ts";
import type { SealedBlock } from "../sealed-block.ts";
import { addressOr400, notFound, numbersOf, pathOf } from "./answers.ts";

interface Parts {
  readonly node: LedgerNode;
  readonly ledgers: readonly string[];
}

export function networkRoutes(server: HttpServer, parts: Parts): void {
  chainRoutes(server, parts);
  participantRoutes(server, parts.node);
}

function chainRoutes(server: HttpServer, { node, ledgers }: Parts): void {
  const { queries } = node;
  server.get("/status", ok("Where the chain stands", schemas.statusSchema), async () =>
    toWire(queries.status()),
  );
  const paramsSchema = { type: "object", additionalProperties: true } as const;
  server.get("/params", ok("The network's parameters", paramsSchema), async () =>
    toWire(node.params),
  );
  server.get("/supply", ok("Motes and DC, where they are", schemas.supplySchema), async () =>
    toWire(queries.status().supply),
  );
  const priceSchema = {
    type: "object",
    properties: { priceMicroUsd: { type: "integer" } },
  } as const;
  server.get("/price", ok("Oracle price of a token", priceSchema), async () => ({
    priceMicroUsd: queries.status().priceMicroUsd,
  }));
  server.get(
    "/network",
    ok("What a hotspot or wallet needs to join", schemas.networkFileSchema),
    async (_request, reply) => {
      const file = node.networkFile({ ledgers });
      if (file !== undefined) return toWire(file);
      const detail = "the first block is still to be made: ask again in a minute";
      return sendProblem(reply, { status: 503, code: "no-block-yet", detail });
    },
  );
  server.get<{ Params: { height: number } }>(
    "/blocks/:height",
    ok("A block's header, commit and transactions", schemas.blockSchema, numbersOf("height")),
    async ({ params }, reply) => {
      const sealed = node.block(params.height);
      return sealed === undefined ? notFound(reply, "block") : blockJson(sealed);
    },
  );
  server.get<{ Params: { epoch: number } }>(
    "/epochs/:epoch",
    ok("What an epoch paid", schemas.epochSchema, numbersOf("epoch")),
    async ({ params }, reply) => {
      const view = queries.epoch(params.epoch);
      return view === undefined ? notFound(reply, "epoch, or it has not ended") : toWire(view);
    },
  );
}

function participantRoutes(server: HttpServer, { queries }: LedgerNode): void {
  server.get<{ Params: { address: string } }>(
    "/accounts/:address",
    ok("An account; one that never was has nothing", schemas.accountSchema, pathOf("address")),
    async ({ params }, reply) => {
      const address = addressOr400(params.address, reply);
      return address === undefined ? reply : toWire(queries.account(address));
    },
  );
  server.get("/routers", ok("Routers", schemas.pageOf(schemas.routerSchema)), async () =>
    toWire({ items: queries.routers() }),
  );
  server.get("/relays", ok("Relays", schemas.pageOf(schemas.relaySchema)), async () =>
    toWire({ items: queries.relays() }),
  );
  const channelsSchema = schemas.pageOf(schemas.channelSchema);
  server.get<{ Params: { address: string } }>(
    "/routers/:address/channels",
    ok("Channels of a router", channelsSchema, pathOf("address")),
    async ({ params }, reply) => {
      const address = addressOr400(params.address, reply);
      return address === undefined ? reply : toWire({ items: queries.channels(address) });
    },
  );
  server.get<{ Params: { id: string } }>(
    "/channels/:id",
    ok("A channel", schemas.channelSchema, pathOf("id")),
    async ({ params }, reply) => {
      const known = /^[0-9a-f]{64}$/.test(params.id);
      const view = known ? queries.channel(fromHex(params.id)) : undefined;
      return view === undefined ? notFound(reply, "channel") : toWire(view);
    },
  );
  server.get<{ Params: { slot: number; index: number } }>(
    "/challenges/:slot/:index",
    ok("A challenge with every verdict", schemas.challengeSchema, numbersOf("slot", "index")),
    async ({ params }, reply) => {
      const view = params.index > INDEX_MAX ? undefined : queries.challenge(params);
      return view === undefined ? notFound(reply, "challenge") : toWire(view);
    },
  );
}

/** An index is a u16 in keys. */
const INDEX_MAX = 0xffff;

function ok(summary: string, answer: object, params?: object) {
  const response = { 200: answer, "4xx": problemSchema, "5xx": problemSchema };
  return { schema: { summary, tags: ["ledger"], response, ...(params && { params }) } };
}

function blockJson({ block, id, commit, input }: SealedBlock) {
  const { header } = block;
  const { chainId } = header;
  return {
    height: header.height,
    hash: toHex(id.hash),
    blockTime: millisecondsOf(header.time),
    stateRootBefore: toHex(header.appHash),
    header: toHex(encodeHeader(header)),
    commit: toHex(encodeCommit(commit)),
    transactions: input.transactions.map(({ body }) => ({
      id: toHex(transactionId({ chainId, body })),
      kind: body.kind,
    })),
  };
}

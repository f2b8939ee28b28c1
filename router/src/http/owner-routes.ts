/** Owners, applications, what is spent, and the router's figures. */
import { type HttpServer, sendProblem } from "@katydid/platform";
import type { Router } from "../contract.ts";
import type { Owner } from "../owners/owner-registry.ts";
import { applicationOf, notFound, ownerOf, owns, refused } from "./auth.ts";
import {
  applicationSchema,
  idParams,
  items,
  newNameSchema,
  object,
  ownerSchema,
  problems,
  spendSchema,
  webhooksSchema,
} from "./schemas.ts";

export function ownerRoutes(scope: HttpServer, router: Router): void {
  owners(scope, router);
  applications(scope, router);
  spend(scope, router);
}

const shown = ({ id, name, role }: Owner) => ({ id, name, role });

function owners(scope: HttpServer, router: Router): void {
  scope.get(
    "/me",
    {
      schema: {
        summary: "Who the token is; `id` is also the MQTT user name",
        response: { 200: ownerSchema, ...problems },
      },
    },
    async (request) => shown(ownerOf(request)),
  );
  scope.post(
    "/me/token",
    { schema: { summary: "A new token; the old one ends", response: { 200: ownerSchema } } },
    async (request) => {
      const owner = ownerOf(request);
      return { ...shown(owner), token: await router.owners.renewToken(owner) };
    },
  );
  scope.post<{ Body: { name: string } }>(
    "/owners",
    {
      schema: {
        summary: "Add an owner (the operator's); its token is in this answer and never again",
        body: newNameSchema,
        response: { 201: ownerSchema, ...problems },
      },
    },
    async (request, reply) => {
      if (ownerOf(request).role !== "operator") {
        return sendProblem(reply, { status: 403, code: "operator-only" });
      }
      const added = await router.owners.addOwner(request.body.name);
      if ("refused" in added) return refused(reply, added.refused);
      return reply.code(201).send({ ...shown(added.owner), token: added.token });
    },
  );
}

function applications(scope: HttpServer, router: Router): void {
  scope.get(
    "/applications",
    { schema: { response: { 200: items(applicationSchema), ...problems } } },
    async (request) => ({ items: router.owners.applicationsOf(ownerOf(request)) }),
  );
  scope.post<{ Body: { name: string } }>(
    "/applications",
    { schema: { body: newNameSchema, response: { 201: applicationSchema, ...problems } } },
    async (request, reply) => {
      const made = await router.owners.addApplication(ownerOf(request), request.body.name);
      if ("refused" in made) return refused(reply, made.refused);
      return reply.code(201).send(made);
    },
  );
  scope.put<{ Params: { id: string }; Body: { urls: string[] } }>(
    "/applications/:id/webhooks",
    {
      schema: {
        summary: "Where its events are posted, as ChirpStack posts them",
        params: idParams,
        body: webhooksSchema,
        response: { 200: applicationSchema, ...problems },
      },
    },
    async (request, reply) => {
      const application = applicationOf(router.owners, ownerOf(request), request.params.id);
      if (application === undefined) return notFound(reply, "application");
      const { urls } = request.body;
      if (!urls.every((url) => URL.canParse(url))) return refused(reply, "url-malformed");
      return router.owners.setWebhooks(application, urls);
    },
  );
}

function spend(scope: HttpServer, router: Router): void {
  scope.get(
    "/spend",
    { schema: { response: { 200: spendSchema, ...problems } } },
    async (request) => {
      const owner = ownerOf(request);
      let [dc, packets] = [0, 0];
      for (const entry of router.devices.all()) {
        if (!owns(router.owners, owner, entry)) continue;
        dc += entry.dc;
        packets += entry.packets;
      }
      const channels =
        owner.role === "operator" ? { channels: router.spend(), problems: router.problems() } : {};
      return { spentDc: String(dc), packets, ...channels };
    },
  );
  scope.get(
    "/stats",
    {
      schema: {
        summary: "The router's figures since its start (the operator's)",
        response: { 200: object({}, []), ...problems },
      },
      // The figures grow with the router; a schema would only repeat RouterStats.
      serializerCompiler: () => JSON.stringify,
    },
    async (request, reply) => {
      if (ownerOf(request).role === "operator") return router.stats();
      return sendProblem(reply, { status: 403, code: "operator-only" });
    },
  );
}

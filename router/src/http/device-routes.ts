/** Devices, their trails and their downlink queues. */
import {
  type FastifyRequest,
  type HttpReply,
  type HttpServer,
  sendProblem,
} from "@katydid/platform";
import type { Router } from "../contract.ts";
import type { DeviceEntry } from "../device.ts";
import { uuidText } from "../events/chirpstack-json.ts";
import { parseBase64 } from "../events/down-command.ts";
import type { Changes, NewDevice } from "../owners/device-service.ts";
import type { Application, Owner } from "../owners/owner-registry.ts";
import { applicationOf, notFound, ownerOf, owns, refused } from "./auth.ts";
import { deviceJson } from "./device-json.ts";
import {
  devEuiParams,
  deviceChangesSchema,
  deviceSchema,
  fixSchema,
  items,
  keysSchema,
  newDeviceSchema,
  newQueueItemSchema,
  object,
  pageQuery,
  problems,
  queueItemSchema,
  trailQuery,
} from "./schemas.ts";

interface DevEui {
  readonly Params: { readonly devEui: string };
}
interface NewItem {
  readonly id?: string;
  readonly confirmed?: boolean;
  readonly fPort: number;
  readonly data: string;
  readonly expiresAt?: string;
}

const PAGE_LIMIT_DEFAULT = 100;
const TRAIL_LIMIT_DEFAULT = 500;

export function deviceRoutes(scope: HttpServer, router: Router): void {
  listing(scope, router);
  creation(scope, router);
  oneDevice(scope, router);
  trail(scope, router);
  queue(scope, router);
}

function listing(scope: HttpServer, router: Router): void {
  scope.get<{ Querystring: { cursor?: string; limit?: number } }>(
    "/devices",
    {
      schema: {
        summary: "Your devices, by EUI",
        querystring: pageQuery,
        response: { 200: items(deviceSchema), ...problems },
      },
    },
    async (request) => {
      const { cursor = "", limit = PAGE_LIMIT_DEFAULT } = request.query;
      const owner = ownerOf(request);
      const mine = [...router.devices.all()]
        .filter((entry) => owns(router.owners, owner, entry) && entry.device.devEui > cursor)
        .sort((a, b) => (a.device.devEui < b.device.devEui ? -1 : 1));
      const page = mine.slice(0, limit);
      const last = page.at(-1)?.device.devEui;
      return {
        items: page.map((entry) => deviceJson(router, entry)),
        ...(mine.length > limit && last !== undefined ? { cursor: last } : {}),
      };
    },
  );
}

function creation(scope: HttpServer, router: Router): void {
  scope.post<{ Body: NewDevice & { readonly applicationId?: string } }>(
    "/devices",
    {
      schema: {
        summary: "Add a device; its keys are in this answer and never again",
        body: newDeviceSchema,
        response: { 201: object({ device: deviceSchema, keys: keysSchema }), ...problems },
      },
    },
    async (request, reply) => {
      const { applicationId, ...device } = request.body;
      const application = await applicationFor(router, ownerOf(request), applicationId);
      if (application === undefined) return notFound(reply, "application");
      const added = await router.deviceService.add(application, device);
      if ("refused" in added) return refused(reply, added.refused);
      return reply.code(201).send({ device: deviceJson(router, added.entry), keys: added.keys });
    },
  );
}

/** The named one; else the owner's first, made if there is none. */
async function applicationFor(
  router: Router,
  owner: Owner,
  id: string | undefined,
): Promise<Application | undefined> {
  if (id !== undefined) return applicationOf(router.owners, owner, id);
  const [first] = router.owners.applicationsOf(owner);
  if (first !== undefined) return first;
  const made = await router.owners.addApplication(owner, "default");
  return "id" in made ? made : undefined;
}

function oneDevice(scope: HttpServer, router: Router): void {
  const params = devEuiParams;
  scope.get<DevEui>(
    "/devices/:devEui",
    { schema: { params, response: { 200: deviceSchema, ...problems } } },
    async (request, reply) => {
      const entry = deviceOf(router, request);
      return entry === undefined ? notFound(reply, "device") : deviceJson(router, entry);
    },
  );
  scope.patch<DevEui & { Body: Changes }>(
    "/devices/:devEui",
    {
      schema: { params, body: deviceChangesSchema, response: { 200: deviceSchema, ...problems } },
    },
    async (request, reply) => {
      const entry = deviceOf(router, request);
      if (entry === undefined) return notFound(reply, "device");
      const flaw = await router.deviceService.change(entry, request.body);
      return flaw === undefined ? deviceJson(router, entry) : refused(reply, flaw.refused);
    },
  );
  scope.delete<DevEui>(
    "/devices/:devEui",
    { schema: { params, response: { 204: { type: "null" }, ...problems } } },
    async (request, reply) => {
      const entry = deviceOf(router, request);
      if (entry === undefined) return notFound(reply, "device");
      await router.deviceService.remove(entry);
      return reply.code(204).send();
    },
  );
}

function trail(scope: HttpServer, router: Router): void {
  scope.get<DevEui & { Querystring: { since?: number; limit?: number } }>(
    "/devices/:devEui/trail",
    {
      schema: {
        summary: "Where it was, oldest first; of more than `limit` the newest",
        params: devEuiParams,
        querystring: trailQuery,
        response: { 200: items(fixSchema), ...problems },
      },
    },
    async (request, reply) => {
      const entry = deviceOf(router, request);
      if (entry === undefined) return notFound(reply, "device");
      const { since = 0, limit = TRAIL_LIMIT_DEFAULT } = request.query;
      return { items: router.trail.of(entry.device.devEui, { since, limit }) };
    },
  );
}

function queue(scope: HttpServer, router: Router): void {
  const params = devEuiParams;
  const url = "/devices/:devEui/queue";
  scope.get<DevEui>(
    url,
    { schema: { params, response: { 200: items(queueItemSchema), ...problems } } },
    async (request, reply) => {
      const entry = deviceOf(router, request);
      if (entry === undefined) return notFound(reply, "device");
      const waiting = router.downlinks.of(entry.device.devEui);
      return {
        items: waiting.map((item) => ({
          ...item,
          data: Buffer.from(item.data).toString("base64"),
        })),
      };
    },
  );
  scope.post<DevEui & { Body: NewItem }>(
    url,
    {
      schema: {
        summary: "Send to the device after its next uplink",
        params,
        body: newQueueItemSchema,
        response: { 202: object({ id: { type: "string" } }), ...problems },
      },
    },
    async (request, reply) => enqueue(router, request, reply),
  );
  scope.delete<DevEui>(
    url,
    { schema: { params, response: { 204: { type: "null" }, ...problems } } },
    async (request, reply) => {
      const entry = deviceOf(router, request);
      if (entry === undefined) return notFound(reply, "device");
      await router.downlinks.clear(entry.device.devEui);
      return reply.code(204).send();
    },
  );
}

async function enqueue(
  router: Router,
  request: FastifyRequest<DevEui & { Body: NewItem }>,
  reply: HttpReply,
): Promise<HttpReply> {
  const entry = deviceOf(router, request);
  if (entry === undefined) return notFound(reply, "device");
  const { id = uuidText(router.random.bytes(16)), confirmed = false, fPort } = request.body;
  const { expiresAt } = request.body;
  const data = parseBase64(request.body.data);
  if (data === undefined) return refused(reply, "data-invalid");
  const expiry = expiresAt === undefined ? {} : { expiresAt: Date.parse(expiresAt) };
  const outcome = await router.enqueue(entry, { id, confirmed, fPort, data, ...expiry });
  if (outcome === "queue-full") return sendProblem(reply, { status: 429, code: outcome });
  return reply.code(202).send({ id });
}

/** The device of the address, if it is the asker's. */
function deviceOf(router: Router, request: FastifyRequest<DevEui>): DeviceEntry | undefined {
  const entry = router.devices.get(request.params.devEui.toLowerCase());
  if (entry === undefined || !owns(router.owners, ownerOf(request), entry)) return undefined;
  return entry;
}

/** Who asks: an owner, by the bearer token (RFC 6750). The token never is part of an address. */
import { type HttpReply, type HttpRequest, type HttpServer, sendProblem } from "@katydid/platform";
import type { DeviceEntry } from "../device.ts";
import type { Application, Owner, OwnerRegistry } from "../owners/owner-registry.ts";

const askers = new WeakMap<HttpRequest, Owner>();

/** Every route of this scope needs a token. */
export function requireOwner(scope: HttpServer, owners: OwnerRegistry): void {
  scope.addHook("onRequest", async (request, reply) => {
    const [, token = ""] = /^Bearer ([\w-]+)$/.exec(request.headers.authorization ?? "") ?? [];
    const owner = owners.byToken(token);
    if (owner === undefined) {
      reply.header("www-authenticate", 'Bearer realm="katydid"');
      const detail = "this needs the owner's token, as `authorization: Bearer ...`";
      return sendProblem(reply, { status: 401, code: "token-needed", detail });
    }
    reply.header("cache-control", "no-store");
    askers.set(request, owner);
  });
}

/** The owner that the hook found. */
export function ownerOf(request: HttpRequest): Owner {
  const owner = askers.get(request);
  if (owner === undefined) throw new Error("a route outside of requireOwner's scope");
  return owner;
}

/** Whether a device is this owner's: through its application. */
export function owns(owners: OwnerRegistry, owner: Owner, { device }: DeviceEntry): boolean {
  return owners.application(device.applicationId)?.ownerId === owner.id;
}

/** The owner's application; of others it is said that they do not exist. */
export function applicationOf(
  owners: OwnerRegistry,
  owner: Owner,
  id: string,
): Application | undefined {
  const application = owners.application(id);
  return application?.ownerId === owner.id ? application : undefined;
}

export function notFound(reply: HttpReply, what: string): HttpReply {
  return sendProblem(reply, { status: 404, code: "not-found", detail: `no such ${what}` });
}

export function refused(reply: HttpReply, code: string): HttpReply {
  return sendProblem(reply, { status: 422, code, detail: code.replaceAll("-", " ") });
}

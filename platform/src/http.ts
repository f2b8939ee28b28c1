/** HTTP on Fastify: OpenAPI at /openapi.json, problems as RFC 9457, loopback unless told. */
import fastifyStatic from "@fastify/static";
import fastifySwagger from "@fastify/swagger";
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from "fastify";
import { listenFault } from "./broker.ts";
import { endEvents, shareEvents } from "./event-stream.ts";
import { Fault } from "./fault.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { sendProblem } from "./problem.ts";

export type HttpServer = FastifyInstance;
export type HttpRequest = FastifyRequest;
export type HttpReply = FastifyReply;
export type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";

/** Body of a request at most, bytes, unless a route says less or more. */
export const HTTP_BODY_BYTES_MAX = 1024 * 1024;
/** A request must be there whole in this time, ms. */
const REQUEST_TIMEOUT_MS = 30_000;
const URL_PARAMETER_LENGTH_MAX = 512;

export interface HttpOptions {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Of the OpenAPI document. */
  readonly title: string;
  readonly version: string;
  readonly description?: string;
  /**
   * Host names that a browser may address this server by, besides loopback ones, when it listens on
   * loopback: a page from elsewhere may point its own name at 127.0.0.1 (DNS rebinding).
   */
  readonly hosts?: readonly string[];
  readonly bodyBytesMax?: number;
}

/**
 * A server without routes. Routes added to it appear in /openapi.json with their schemas. Errors of
 * validation, unknown paths, Faults (503) and exceptions (500, logged, no detail) are problems.
 */
export async function createHttpServer(options: HttpOptions): Promise<HttpServer> {
  const { log, title, version, description } = options;
  const server: HttpServer = fastify({
    logger: false,
    bodyLimit: options.bodyBytesMax ?? HTTP_BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: URL_PARAMETER_LENGTH_MAX },
    // Keep-alive connections without a request would hold up a close.
    forceCloseConnections: true,
    // Silent removal hides a caller's typing error.
    ajv: { customOptions: { removeAdditional: false, allErrors: false } },
  });
  shareEvents(server);
  server.setErrorHandler((error: FastifyError, request, reply) =>
    answerError({ error, request, reply, log }),
  );
  server.setNotFoundHandler((request, reply) =>
    sendProblem(reply, { status: 404, code: "not-found", detail: `nothing at ${request.url}` }),
  );
  server.addHook("onRequest", async (request, reply) => {
    reply.header("x-content-type-options", "nosniff");
    if (isRebound(request, options.hosts ?? [])) {
      const detail = `this server does not answer for ${request.hostname}`;
      return sendProblem(reply, { status: 421, code: "host-unknown", detail });
    }
  });
  measure(server, options.metrics);
  server.addHook("preClose", async () => endEvents(server));
  const about = { title, version, ...(description === undefined ? {} : { description }) };
  await server.register(fastifySwagger, { openapi: { openapi: "3.1.0", info: about } });
  server.get("/openapi.json", { schema: { hide: true } }, () => server.swagger());
  return server;
}

export interface ListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0: any free port. */
  readonly port: number;
}

/** Begins to listen. Throws Fault "port-taken" or "listen-failed". `server.close()` ends it. */
export async function listen(
  server: HttpServer,
  { host = "127.0.0.1", port }: ListenOptions,
): Promise<{ readonly host: string; readonly port: number; readonly url: string }> {
  await server.listen({ host, port }).catch((cause: unknown) => {
    throw listenFault(cause, { host, port });
  });
  const address = server.server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  const shown = host.includes(":") ? `[${host}]` : host;
  return { host, port: bound, url: `http://${shown}:${bound}` };
}

/** Serves the files of a folder under a prefix. Hashed names may be cached for good. */
export async function serveFiles(
  server: HttpServer,
  options: {
    readonly root: string;
    readonly prefix: string;
    /** Paths whose names change with their content, cached for a year. */
    readonly immutable?: RegExp;
    /** Headers for every file, such as a content security policy. */
    readonly headers?: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const { root, prefix, immutable, headers = {} } = options;
  await server.register(fastifyStatic, {
    root,
    prefix,
    decorateReply: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      for (const [name, value] of Object.entries(headers)) reply.header(name, value);
      const lasting = immutable?.test(path) ?? false;
      const policy = lasting ? "public, max-age=31536000, immutable" : "no-cache";
      reply.header("cache-control", policy);
    },
  });
}

function answerError(at: {
  readonly error: FastifyError;
  readonly request: HttpRequest;
  readonly reply: HttpReply;
  readonly log: Log;
}): HttpReply {
  const { error, request, reply, log } = at;
  if (error instanceof Fault) {
    log.warn({ code: error.code, url: request.url }, "request met a fault");
    return sendProblem(reply, { status: 503, code: error.code, detail: error.message });
  }
  if (error.validation !== undefined) {
    const where = error.validationContext ?? "request";
    const errors = error.validation.map(({ instancePath, message }) => ({
      pointer: `${where}${instancePath}`,
      message: message ?? "invalid",
    }));
    return sendProblem(reply, { status: 400, code: "invalid", detail: error.message, errors });
  }
  const status = error.statusCode ?? 500;
  if (status < 500) {
    const code = (error.code ?? "refused").toLowerCase().replace(/^fst_/, "").replaceAll("_", "-");
    return sendProblem(reply, { status, code, detail: error.message });
  }
  log.error({ error: error.stack ?? String(error), url: request.url }, "request failed");
  return sendProblem(reply, { status, code: "internal" });
}

/** A request that reached loopback under a name that is not loopback's. */
function isRebound(request: HttpRequest, hosts: readonly string[]): boolean {
  const local = request.socket.localAddress ?? "";
  if (!/^(127\.|::1$|::ffff:127\.)/.test(local)) return false;
  const name = request.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (name === "localhost" || name === "::1" || /^127(\.\d+){3}$/.test(name)) return false;
  return !name.endsWith(".localhost") && !hosts.includes(name);
}

function measure(server: HttpServer, metrics: Metrics): void {
  const seconds = metrics.histogram({
    name: "http_request_seconds",
    help: "Time to answer, by route and status.",
    labels: ["route", "status"],
  });
  server.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "unknown";
    seconds.observe(reply.elapsedTime / 1000, { route, status: String(reply.statusCode) });
  });
}

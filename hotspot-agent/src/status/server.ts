/** The status page, `/status` as JSON, and `/metrics`: on loopback only, read only. */
import { createHttpServer, type Log, listen, type Metrics } from "@katydid/platform";
import type { HotspotAgent } from "../agent.ts";
import { statusPage } from "./page.ts";

export interface StatusServerOptions {
  readonly agent: Pick<HotspotAgent, "status">;
  readonly log: Log;
  readonly metrics: Metrics;
  /** 0: any free port. */
  readonly port: number;
}

export interface StatusServer extends AsyncDisposable {
  readonly url: string;
}

/** @throws Fault `port-taken`, `listen-failed` */
export async function startStatusServer(options: StatusServerOptions): Promise<StatusServer> {
  const { agent, log, metrics, port } = options;
  const title = "Katydid hotspot";
  const server = await createHttpServer({ log, metrics, title, version: "0.1.0" });
  server.get("/", { schema: { hide: true } }, (_request, reply) =>
    reply
      .type("text/html; charset=utf-8")
      .header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'")
      .send(statusPage(agent.status())),
  );
  server.get("/metrics", { schema: { hide: true } }, async (_request, reply) =>
    reply.type("text/plain; version=0.0.4; charset=utf-8").send(await metrics.text()),
  );
  server.get("/status", { schema: { summary: "Everything it knows about itself" } }, (_q, reply) =>
    reply.type("application/json").send(statusJson(agent)),
  );
  const { url } = await listen(server, { port });
  return { url, [Symbol.asyncDispose]: () => server.close() };
}

/** Amounts are decimal strings. */
function statusJson(agent: Pick<HotspotAgent, "status">): string {
  return JSON.stringify(agent.status(), (_key, value) =>
    typeof value === "bigint" ? value.toString() : value,
  );
}

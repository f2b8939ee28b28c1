import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import type { Clock } from "./clock.ts";
import { EVENT_BUFFER_BYTES_MAX, eventText, sendEvents } from "./event-stream.ts";
import { Fault } from "./fault.ts";
import { createHttpServer, listen } from "./http.ts";
import { silentLog } from "./pino-log.ts";
import { sendProblem } from "./problem.ts";
import { createMetrics } from "./prom-metrics.ts";
import { realClock } from "./real-clock.ts";

const about = { title: "test", version: "1" };
const make = () => createHttpServer({ log: silentLog, metrics: createMetrics(), ...about });

test("errors are problems: unknown path, bad input, refusal, fault, exception", async () => {
  const server = await make();
  const schema = {
    querystring: {
      type: "object",
      properties: { limit: { type: "integer", maximum: 10 } },
      additionalProperties: false,
    },
  };
  server.get("/list", { schema }, () => ({ ok: true }));
  server.get("/refused", (_request, reply) =>
    sendProblem(reply, { status: 422, code: "balance-too-low", balance: 5n }),
  );
  server.get("/fault", () => {
    throw new Fault({ code: "disk-full", advice: "free some space" });
  });
  server.get("/bug", () => {
    throw new Error("inner secret");
  });
  const cases = [
    ["/nothing", 404, "not-found"],
    ["/list?limit=11", 400, "invalid"],
    ["/list?other=1", 400, "invalid"],
    ["/refused", 422, "balance-too-low"],
    ["/fault", 503, "disk-full"],
    ["/bug", 500, "internal"],
  ] as const;
  for (const [url, status, code] of cases) {
    const answer = await server.inject(url);
    assert.equal(answer.statusCode, status, url);
    assert.match(answer.headers["content-type"]?.toString() ?? "", /^application\/problem\+json/);
    const problem = answer.json();
    assert.equal(problem.code, code);
    assert.equal(problem.status, status);
    assert.equal(problem.type, "about:blank");
    assert.doesNotMatch(answer.body, /inner secret/);
  }
  assert.equal((await server.inject("/refused")).json().balance, "5");
  assert.equal((await server.inject("/list?limit=10")).statusCode, 200);
  await server.close();
});

test("a body over the limit and one that is not JSON are problems", async () => {
  const metrics = createMetrics();
  const server = await createHttpServer({ log: silentLog, metrics, ...about, bodyBytesMax: 10 });
  server.post("/", () => ({}));
  const headers = { "content-type": "application/json" };
  const large = await server.inject({
    method: "POST",
    url: "/",
    headers,
    body: `"${"x".repeat(20)}"`,
  });
  assert.equal(large.statusCode, 413);
  assert.equal(large.json().status, 413);
  const broken = await server.inject({ method: "POST", url: "/", headers, body: "{" });
  assert.equal(broken.statusCode, 400);
  assert.match(broken.headers["content-type"]?.toString() ?? "", /problem/);
  assert.match(await metrics.text(), /http_request_seconds_count\{route="\/",status="413"\} 1/);
  await server.close();
});

test("/openapi.json has the routes", async () => {
  const server = await make();
  server.get("/v1/status", { schema: { summary: "how it is" } }, () => ({}));
  const document = (await server.inject("/openapi.json")).json();
  assert.equal(document.openapi, "3.1.0");
  assert.equal(document.info.title, "test");
  assert.equal(document.paths["/v1/status"].get.summary, "how it is");
  await server.close();
});

test("a name that is not loopback's does not reach a server on loopback", async () => {
  const server = await make();
  server.get("/", () => ({ ok: true }));
  const { port } = await listen(server, { port: 0 });
  const status = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const call = request({ port, host: "127.0.0.1", headers: { host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      call.on("error", reject).end();
    });
  assert.equal(await status("evil.example:8080"), 421);
  assert.equal(await status("localhost:8080"), 200);
  assert.equal(await status("127.0.0.1"), 200);
  assert.equal(await status("[::1]:80"), 200);
  await server.close();
});

test("a port that is taken is one clear line", async () => {
  const first = await make();
  const { port } = await listen(first, { port: 0 });
  const second = await make();
  await assert.rejects(
    listen(second, { port }),
    (error) => error instanceof Fault && error.code === "port-taken" && /taken/.test(error.message),
  );
  await first.close();
  await second.close();
});

test("events have id, name and data, and resume; closing the server ends them", async () => {
  const server = await make();
  let cancelled = 0;
  server.get("/events", (request, reply) =>
    sendEvents({
      request,
      reply,
      clock: realClock,
      source: (send, lastEventId) => {
        send({ id: "7", event: "block", data: { after: lastEventId ?? null, motes: 1n } });
        send({ data: "two\nlines" });
        return { cancel: () => (cancelled += 1) };
      },
    }),
  );
  const { url } = await listen(server, { port: 0 });
  const answer = await fetch(`${url}/events`, { headers: { "last-event-id": "6" } });
  assert.match(answer.headers.get("content-type") ?? "", /^text\/event-stream/);
  const body = answer.text();
  await server.close();
  assert.equal(
    await body,
    'retry: 2000\n\nid: 7\nevent: block\ndata: {"after":"6","motes":"1"}\n\ndata: two\ndata: lines\n\n',
  );
  assert.equal(cancelled, 1);
});

test("a stream is kept alive, and its source is stopped when the client goes", async () => {
  const server = await make();
  let beat = () => {};
  const clock: Clock = {
    ...realClock,
    every: (_periodMs, action) => {
      beat = action;
      return { cancel: () => {} };
    },
  };
  const stopped = new Promise<void>((resolve) => {
    server.get("/events", (request, reply) =>
      sendEvents({ request, reply, clock, source: () => ({ cancel: resolve }) }),
    );
  });
  const { url } = await listen(server, { port: 0 });
  const controller = new AbortController();
  const answer = await fetch(`${url}/events`, { signal: controller.signal });
  const reader = answer.body?.getReader();
  await reader?.read();
  beat();
  const { value } = (await reader?.read()) ?? {};
  assert.equal(Buffer.from(value ?? []).toString(), ": alive\n\n");
  controller.abort();
  await stopped;
  await server.close();
});

test("a client that does not read is cut off at the buffer's limit", async () => {
  const server = await make();
  let sent = 0;
  server.get("/events", (request, reply) =>
    sendEvents({
      request,
      reply,
      clock: realClock,
      source: (send) => {
        const data = "x".repeat(64 * 1024);
        while (send({ data }) === "sent") sent += data.length;
        return { cancel: () => {} };
      },
    }),
  );
  const { url } = await listen(server, { port: 0 });
  await fetch(`${url}/events`)
    .then((answer) => answer.text())
    .catch(() => "");
  assert.ok(sent <= EVENT_BUFFER_BYTES_MAX + 64 * 1024, `${sent}`);
  await server.close();
});

test("an event cannot be made to hold another", () => {
  assert.equal(
    eventText({ id: "1\ndata: x", event: "a\r\nb", data: "x\n\ndata: y" }),
    "id: 1 data: x\nevent: a  b\ndata: x\ndata: \ndata: data: y\n\n",
  );
});

/** Server-Sent Events: a read-only stream that a client resumes by Last-Event-ID. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Subscription } from "./bus.ts";
import type { Clock } from "./clock.ts";

/**
 * A comment goes out at this interval, so that proxies and clients see that the stream lives, ms.
 */
export const EVENT_HEARTBEAT_MS = 15_000;
/** A client that lets more than this wait is cut off, bytes; it comes back with Last-Event-ID. */
export const EVENT_BUFFER_BYTES_MAX = 1024 * 1024;
/** A client should dial again after this, ms. */
const RETRY_MS = 2000;
/** Streams of one server. */
export const EVENT_STREAMS_MAX = 1000;

export interface ServerEvent {
  /** Where a client resumes: it is sent back as Last-Event-ID. No line breaks. */
  readonly id?: string;
  /** Name of the event; absent: `message`. */
  readonly event?: string;
  /** Text, or what JSON can say. */
  readonly data: unknown;
}

/**
 * Feeds a stream: calls `send` for each event, those after `lastEventId` first, and returns how to
 * stop. `send` says "closed" once the client has gone or was too slow; then stop.
 */
export type EventSource = (
  send: (event: ServerEvent) => "sent" | "closed",
  lastEventId: string | undefined,
) => Subscription | Promise<Subscription>;

const streamsOf = new WeakMap<object, Set<() => void>>();

/**
 * Answers a request with a stream of events until the client, the server or `source` ends it. Call
 * it as the last thing in a handler: `return sendEvents({ request, reply, clock, source })`.
 */
export async function sendEvents(options: {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly clock: Clock;
  readonly source: EventSource;
}): Promise<void> {
  const { request, reply, clock, source } = options;
  const streams = openStreams(request.server);
  if (streams.size >= EVENT_STREAMS_MAX) {
    await reply.code(503).header("retry-after", "5").send();
    return;
  }
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...definedHeaders(reply),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    // nginx would hold events back otherwise.
    "x-accel-buffering": "no",
  });
  raw.write(`retry: ${RETRY_MS}\n\n`);
  let open = true;
  let subscription: Subscription | undefined;
  const close = () => {
    if (!open) return;
    open = false;
    heartbeat.cancel();
    streams.delete(close);
    subscription?.cancel();
    raw.end();
  };
  const write = (text: string): "sent" | "closed" => {
    if (!open) return "closed";
    raw.write(text);
    if (raw.writableLength <= EVENT_BUFFER_BYTES_MAX) return "sent";
    close();
    raw.destroy();
    return "closed";
  };
  const heartbeat = clock.every(EVENT_HEARTBEAT_MS, () => write(": alive\n\n"));
  streams.add(close);
  raw.once("close", close);
  raw.once("error", close);
  subscription = await source((event) => write(eventText(event)), lastEventId(request));
  if (!open) subscription.cancel();
}

/** Ends every stream of a server; http.ts calls it before closing. */
export function endEvents(server: object): void {
  for (const close of [...(streamsOf.get(server) ?? [])]) close();
}

/** Child contexts (plugins) of one server share its streams. */
export function shareEvents(server: object): void {
  streamsOf.set(server, new Set());
}

function openStreams(server: FastifyInstance): Set<() => void> {
  for (let at: object | null = server; at !== null; at = Object.getPrototypeOf(at)) {
    const streams = streamsOf.get(at);
    if (streams !== undefined) return streams;
  }
  throw new Error("sendEvents needs a server made by createHttpServer");
}

/** HTML Living Standard §9.2.6: one `data:` line for each line of text. */
export function eventText({ id, event, data }: ServerEvent): string {
  const text = typeof data === "string" ? data : JSON.stringify(data, bigintAsText);
  const lines = text.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  const head = `${id === undefined ? "" : `id: ${oneLine(id)}\n`}${
    event === undefined ? "" : `event: ${oneLine(event)}\n`
  }`;
  return `${head}${lines.join("")}\n`;
}

const oneLine = (text: string): string => text.replace(/[\r\n\0]/g, " ");

const bigintAsText = (_key: string, value: unknown): unknown =>
  typeof value === "bigint" ? value.toString() : value;

/**
 * A browser's EventSource sends the header only when it reconnects; `?lastEventId=` serves first
 * dials.
 */
function lastEventId(request: FastifyRequest): string | undefined {
  const header = request.headers["last-event-id"];
  if (typeof header === "string" && header !== "") return header;
  const query = request.query;
  if (typeof query !== "object" || query === null || !("lastEventId" in query)) return undefined;
  return typeof query.lastEventId === "string" ? query.lastEventId : undefined;
}

function definedHeaders(reply: FastifyReply): Record<string, string | number | string[]> {
  const headers: Record<string, string | number | string[]> = {};
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}

/** The embedded MQTT 3.1.1 broker (aedes). */
import { createServer, type Server, type Socket } from "node:net";
import { Aedes, type AedesPublishPacket, type Client } from "aedes";
import { BUS_PAYLOAD_BYTES_MAX, type Bus } from "./bus.ts";
import type { Clock } from "./clock.ts";
import { Fault } from "./fault.ts";
import { InProcessBus } from "./in-process-bus.ts";
import type { Log } from "./log.ts";
import type { Counter, Metrics } from "./metrics.ts";
import { filterFlaw, TOPIC_BYTES_MAX, TOPIC_LEVELS_MAX, topicFlaw } from "./topics.ts";

/** Connections at most; more are closed at once. */
export const BROKER_CLIENTS_MAX = 10_000;
/** Messages that one client may publish in a second, on average and in a burst. */
export const BROKER_MESSAGES_PER_SECOND_MAX = 500;
export const BROKER_BURST_MAX = 2000;
/** Subscriptions of one client. */
export const BROKER_SUBSCRIPTIONS_MAX = 1000;
/** A client that does not read for this long is cut off, ms; until then its messages are kept. */
const DRAIN_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Fixed header, topic and payload of the largest PUBLISH. */
const PACKET_BYTES_MAX = BUS_PAYLOAD_BYTES_MAX + TOPIC_BYTES_MAX + 16;

export interface BrokerLogin {
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
}

/** `User` is whatever `authenticate` says of who logged in; the other callbacks get it back. */
export interface BrokerOptions<User> {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0: any free port. */
  readonly port: number;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** undefined: refused. */
  authenticate(login: BrokerLogin): User | undefined | Promise<User | undefined>;
  /** A client that publishes what it may not is disconnected (MQTT 3.1.1 §3.3.5). */
  authorizePublish(user: User, topic: string): boolean;
  authorizeSubscribe(user: User, filter: string): boolean;
  /** Messages that the broker keeps for who subscribes later; absent: nobody's, for memory ends. */
  authorizeRetain?(user: User, topic: string): boolean;
  /** Asked for each delivery; absent: what may be subscribed may be read. */
  authorizeForward?(user: User, topic: string): boolean;
}

export interface Broker extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** `mqtt://host:port` */
  readonly url: string;
  readonly clients: number;
  /** A client in this process: no socket, no login, every topic but `$SYS`. */
  bus(name: string): Bus;
}

/** Starts a broker. Throws Fault "port-taken" or "listen-failed". */
export async function startBroker<User>(options: BrokerOptions<User>): Promise<Broker> {
  const { host = "127.0.0.1", port } = options;
  const guards = new Guards(options);
  const aedes = await Aedes.createBroker({
    connectTimeout: CONNECT_TIMEOUT_MS,
    drainTimeout: DRAIN_TIMEOUT_MS,
    maxTopicLevels: TOPIC_LEVELS_MAX,
    maxClientsIdLength: 128,
    // Sessions end with their connection: what is kept for who is away would have no bound.
    preConnect: (_client, packet, done) => {
      packet.clean = true;
      done(null, true);
    },
    authenticate: guards.authenticate,
    authorizePublish: guards.authorizePublish,
    authorizeSubscribe: guards.authorizeSubscribe,
    authorizeForward: guards.authorizeForward,
  });
  aedes.on("clientError", (client, error) => guards.onError(client, error));
  aedes.on("connectionError", (client, error) => guards.onError(client, error));
  const server = createServer((socket) => accept(aedes, socket));
  server.maxConnections = BROKER_CLIENTS_MAX;
  await listening(server, { host, port }).catch(async (error) => {
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    throw error;
  });
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  const buses = new Set<Bus>();
  return {
    host,
    port: bound,
    url: `mqtt://${host.includes(":") ? `[${host}]` : host}:${bound}`,
    get clients() {
      return aedes.connectedClients;
    },
    bus: (name) => {
      const bus = new InProcessBus({ aedes, name, log: options.log });
      buses.add(bus);
      return bus;
    },
    [Symbol.asyncDispose]: async () => {
      for (const bus of buses) await bus[Symbol.asyncDispose]();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      await closed;
    },
  };
}

/** mqtt-packet reads a packet whole before anyone sees its size, so the size is judged here. */
function accept(aedes: Aedes, socket: Socket): void {
  socket.setNoDelay(true);
  const client: Client & ParserInside = aedes.handle(socket);
  socket.on("readable", () => {
    const parser = client._parser;
    const awaited = Math.max(parser?.packet?.length ?? 0, parser?._list?.length ?? 0);
    if (awaited > PACKET_BYTES_MAX) socket.destroy(new Error("packet too large"));
  });
}
interface ParserInside {
  readonly _parser?: {
    readonly packet?: { readonly length?: number };
    readonly _list?: { readonly length: number };
  };
}

interface Quality {
  readonly qos: number;
  readonly retain: boolean;
}

interface Session<User> {
  readonly user: User;
  subscriptions: number;
  /** Token bucket: messages that may still be published, as of `at`. */
  allowance: number;
  at: number;
}

class Guards<User> {
  readonly #options: BrokerOptions<User>;
  readonly #refused: Counter;
  readonly #sessions = new WeakMap<Client, Session<User>>();
  constructor(options: BrokerOptions<User>) {
    this.#options = options;
    this.#refused = options.metrics.counter({
      name: "broker_refused_total",
      help: "What the broker refused, by what it was.",
      labels: ["what"],
    });
  }

  readonly authenticate = async (
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: null, success: boolean) => void,
  ): Promise<void> => {
    const clientId = client.id;
    const login = { clientId, username: username ?? "", password: password?.toString() ?? "" };
    let user: User | undefined;
    try {
      user = await this.#options.authenticate(login);
    } catch (error) {
      this.#options.log.error({ error: String(error) }, "login check failed");
    }
    if (user === undefined) {
      this.#refused.add(1, { what: "login" });
      done(null, false);
      return;
    }
    const at = this.#options.clock.now();
    this.#sessions.set(client, { user, subscriptions: 0, allowance: BROKER_BURST_MAX, at });
    // A second login with one client id ends the first (MQTT 3.1.1 §3.1.4): of one user only.
    const named: { id: string } = client;
    named.id = `${login.username}/${clientId}`;
    done(null, true);
  };

  readonly authorizePublish = (
    client: Client | null,
    packet: { readonly topic: string; readonly payload: string | Buffer } & Quality,
    done: (error?: Error | null) => void,
  ): void => {
    const session = client === null ? undefined : this.#sessions.get(client);
    const why = this.#publishFlaw(session, packet);
    if (why !== undefined) this.#refused.add(1, { what: why });
    done(why === undefined ? null : new Error(`publish refused: ${why}`));
  };

  readonly authorizeSubscribe = <S extends { readonly topic: string }>(
    client: Client,
    subscription: S,
    done: (error: Error | null, subscription?: S | null) => void,
  ): void => {
    const session = this.#sessions.get(client);
    const { topic } = subscription;
    const may =
      session !== undefined &&
      !topic.startsWith("$") &&
      filterFlaw(topic) === undefined &&
      session.subscriptions < BROKER_SUBSCRIPTIONS_MAX &&
      this.#options.authorizeSubscribe(session.user, topic);
    if (may) session.subscriptions += 1;
    else this.#refused.add(1, { what: "subscription" });
    done(null, may ? subscription : null);
  };

  readonly authorizeForward = (client: Client, packet: AedesPublishPacket) => {
    const { authorizeForward } = this.#options;
    const session = this.#sessions.get(client);
    if (session === undefined) return null;
    if (authorizeForward === undefined) return packet;
    return this.#options.authorizeForward?.(session.user, packet.topic) ? packet : null;
  };

  onError(client: Client | undefined, error: Error): void {
    this.#refused.add(1, { what: "connection" });
    this.#options.log.debug({ client: client?.id, error: error.message }, "client cut off");
  }

  #publishFlaw(
    session: Session<User> | undefined,
    { topic, payload, qos, retain }: { topic: string; payload: string | Buffer } & Quality,
  ): string | undefined {
    if (session === undefined) return "unknown-client";
    if (!this.#spend(session)) return "rate";
    if (topic.startsWith("$") || topicFlaw(topic) !== undefined) return "topic";
    if (payload.length > BUS_PAYLOAD_BYTES_MAX) return "payload";
    if (qos > 1) return "qos";
    const { authorizePublish, authorizeRetain } = this.#options;
    if (!authorizePublish(session.user, topic)) return "topic";
    return retain && !authorizeRetain?.(session.user, topic) ? "retain" : undefined;
  }

  #spend(session: Session<User>): boolean {
    const now = this.#options.clock.now();
    const earned = ((now - session.at) / 1000) * BROKER_MESSAGES_PER_SECOND_MAX;
    session.allowance = Math.min(BROKER_BURST_MAX, session.allowance + Math.max(0, earned));
    session.at = now;
    if (session.allowance < 1) return false;
    session.allowance -= 1;
    return true;
  }
}

function listening(server: Server, at: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => reject(listenFault(cause, at)));
    server.listen(at.port, at.host, resolve);
  });
}

/**
 * Whether a port can be had, for saying so before anything is made: the port is let go again, so
 * what listens on it later may still meet a rival. Throws Fault "port-taken" or "listen-failed".
 */
export async function assertPortFree({
  host = "127.0.0.1",
  port,
}: {
  readonly host?: string;
  readonly port: number;
}): Promise<void> {
  const server = createServer();
  await listening(server, { host, port });
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

/** The one clear line for a port that cannot be had. */
export function listenFault(cause: unknown, at: { host: string; port: number }): Fault {
  const { host, port } = at;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "EADDRINUSE") {
    const advice = `port ${port} on ${host} is taken: stop what uses it or choose another port`;
    return new Fault({ code: "port-taken", advice, host, port }, { cause });
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  const advice = `cannot listen on ${host}:${port}: ${why}`;
  return new Fault({ code: "listen-failed", advice, host, port }, { cause });
}

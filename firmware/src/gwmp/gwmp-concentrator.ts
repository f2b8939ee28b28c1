/**
 * Any packet forwarder in the field as the radio: a GWMP server on a UDP port, by default on
 * loopback only, since the protocol authenticates nobody.
 *
 * One forwarder is one radio: its counter gives the time of a downlink. The first that speaks is
 * ours until it has been silent for `GATEWAY_EXPIRY_MS`; another one on the same port is counted,
 * warned about once, and not answered.
 */
import {
  type Clock,
  type Log,
  type Metrics,
  realUdp,
  type Subscription,
  type Udp,
  type UdpPeer,
  type UdpSocket,
} from "@katydid/platform";
import {
  airtimeOf,
  type DataRate,
  type Milliseconds,
  tryParseDataRate,
  unreachable,
} from "@katydid/protocol";
import type {
  Concentrator,
  ReceivedFrame,
  TransmitOutcome,
  TransmitRefusal,
  TransmitRequest,
} from "../concentrator.ts";
import { FrameQueue } from "../frame-queue.ts";
import {
  encodeGwmp,
  type GwmpDatagram,
  type GwmpVersion,
  isObject,
  parseGwmp,
} from "./datagram.ts";
import { type GatewayStat, parseStat } from "./gateway-stat.ts";
import { type GwmpMetrics, gwmpMetrics } from "./gwmp-metrics.ts";
import { PendingTransmissions } from "./pending-transmissions.ts";
import { parseRxpk } from "./rxpk.ts";
import { makeTxpk, refusalOf } from "./txpk.ts";

/** The port that Helium-era hotspots' forwarders are pointed at. */
export const GWMP_PORT = 1680;
/** Forwarders pull every 5 to 30 s; after this long without, the address is not theirs any more. */
export const GATEWAY_EXPIRY_MS = 60_000;
const PAYLOAD_BYTES_MAX = 255;

export interface GwmpOptions {
  /** Address to listen on. Default: 127.0.0.1. */
  readonly host?: string;
  /** Default: 1680. 0: any free one. */
  readonly port?: number;
  /** Only this forwarder, 16 hex digits. Default: the first that speaks. */
  readonly gatewayEui?: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly udp?: Udp;
}

/** The forwarder that is our radio, for status pages. */
export interface GwmpGateway {
  readonly eui: string;
  readonly version: GwmpVersion;
  readonly lastSeenAt: Milliseconds;
  /** Where it can be told to transmit; absent until it pulls. */
  readonly pull?: { readonly peer: UdpPeer; readonly at: Milliseconds };
}

export class GwmpConcentrator implements Concentrator {
  readonly #options: GwmpOptions;
  readonly #metrics: GwmpMetrics;
  readonly #queue = new FrameQueue();
  readonly #pending: PendingTransmissions;
  readonly #statHandlers = new Set<(stat: GatewayStat) => void>();
  #state: "new" | "started" | "disposed" = "new";
  #socket: UdpSocket | undefined;
  #gateway: GwmpGateway | undefined;
  #lastStat: GatewayStat | undefined;
  #foreign: string | undefined;

  constructor(options: GwmpOptions) {
    this.#options = options;
    this.#metrics = gwmpMetrics(options.metrics);
    this.#pending = new PendingTransmissions(options.clock);
  }

  /** Resolves when the port is bound. Throws Fault "port-taken" or "udp-bind-failed". */
  async start(): Promise<void> {
    if (this.#state !== "new") throw new Error("start() is called once");
    this.#state = "started";
    const { host = "127.0.0.1", port = GWMP_PORT, udp = realUdp, log } = this.#options;
    const socket = await udp.bind({ host, port });
    if (this.#isDisposed()) return socket[Symbol.asyncDispose]();
    this.#socket = socket;
    socket.onMessage((bytes, from) => this.#receive(bytes, from));
    if (!isLoopback(host)) {
      log.warn({ host }, "packet forwarders are not authenticated: whoever reaches this port may");
    }
    log.info({ host, port: socket.port }, "waiting for a packet forwarder");
  }

  frames(): AsyncIterable<ReceivedFrame> {
    return this.#queue.read();
  }

  /** A version 1 forwarder never says what became of a request: it counts as accepted when sent. */
  async transmit(request: TransmitRequest): Promise<TransmitOutcome> {
    const refusal = await this.#attempt(request);
    this.#metrics.transmissions.add(1, { outcome: refusal ?? "accepted" });
    if (refusal) return { outcome: "refused", reason: refusal };
    return { outcome: "accepted", airtimeUs: airtimeUsOf(request) };
  }

  /** Port that is listened on; undefined before start. */
  get port(): number | undefined {
    return this.#socket?.port;
  }

  /** The forwarder that is our radio; undefined where none has spoken, or not for a minute. */
  get gateway(): GwmpGateway | undefined {
    const gateway = this.#gateway;
    return gateway && this.#isRecent(gateway.lastSeenAt) ? gateway : undefined;
  }

  /** The forwarder's last report of itself. */
  get lastStat(): GatewayStat | undefined {
    return this.#lastStat;
  }

  /** Calls the handler with every report to come. */
  onStat(handler: (stat: GatewayStat) => void): Subscription {
    this.#statHandlers.add(handler);
    return {
      cancel: () => {
        this.#statHandlers.delete(handler);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#state = "disposed";
    this.#queue.end();
    this.#pending.settleAll();
    const socket = this.#socket;
    this.#socket = undefined;
    await socket?.[Symbol.asyncDispose]();
  }

  #receive(bytes: Uint8Array, from: UdpPeer): void {
    const datagram = parseGwmp(bytes);
    if (datagram.kind === "malformed") {
      this.#metrics.malformed.add(1, { reason: datagram.reason });
      return;
    }
    this.#metrics.datagrams.add(1, { kind: datagram.kind });
    // The other kinds are a server's words, and we are the server.
    if (!("gatewayEui" in datagram) || !this.#isOurs(datagram)) return;
    const { version, token } = datagram;
    switch (datagram.kind) {
      case "push-data":
        this.#answer({ kind: "push-ack", version, token }, from);
        this.#takePush(datagram.json);
        break;
      case "pull-data":
        this.#rememberPull(from);
        this.#answer({ kind: "pull-ack", version, token }, from);
        break;
      case "tx-ack":
        if (!this.#pending.settle(token, refusalOf(datagram.json))) {
          this.#metrics.unexpectedAcks.add();
        }
        break;
      default:
        unreachable(datagram);
    }
  }

  /** Adopts the first forwarder, or the next when that is gone; false for any other. */
  #isOurs(from: { readonly gatewayEui: string; readonly version: GwmpVersion }): boolean {
    const { gatewayEui: eui, version } = from;
    const { log, clock, gatewayEui: only } = this.#options;
    const present = this.gateway;
    const ours = only?.toLowerCase() ?? present?.eui;
    if (ours !== undefined && ours !== eui) {
      this.#metrics.foreign.add();
      if (this.#foreign !== eui) log.warn({ eui, ours }, "another packet forwarder on this port");
      this.#foreign = eui;
      return false;
    }
    if (!present) log.info({ eui, version }, "packet forwarder is here");
    const known = this.#gateway?.eui === eui ? this.#gateway : undefined;
    this.#gateway = { ...known, eui, version, lastSeenAt: clock.now() };
    return true;
  }

  #rememberPull(peer: UdpPeer): void {
    if (!this.#gateway) return;
    this.#gateway = { ...this.#gateway, pull: { peer, at: this.#options.clock.now() } };
  }

  #takePush({ rxpk, stat }: { readonly rxpk?: unknown; readonly stat?: unknown }): void {
    const receivedAt = this.#options.clock.now();
    if (rxpk !== undefined && !Array.isArray(rxpk)) {
      this.#metrics.skipped.add(1, { reason: "not-array" });
    }
    for (const entry of Array.isArray(rxpk) ? rxpk : []) {
      const parsed = parseRxpk(entry);
      if (parsed.outcome === "skipped") {
        this.#metrics.skipped.add(1, { reason: parsed.reason });
        continue;
      }
      this.#metrics.frames.add(1, { crc: parsed.frame.crc });
      const put = this.#queue.push({ ...parsed.frame, receivedAt });
      if (put === "dropped-oldest") this.#metrics.dropped.add();
    }
    if (!isObject(stat)) return;
    this.#lastStat = parseStat(stat, receivedAt);
    for (const handler of this.#statHandlers) handler(this.#lastStat);
  }

  /** Resolves to why it was refused, or to undefined. */
  async #attempt(request: TransmitRequest): Promise<TransmitRefusal | undefined> {
    if (request.payload.length > PAYLOAD_BYTES_MAX) return "payload-too-large";
    if (!isTransmittable(request.dataRate)) return "data-rate-unsupported";
    const { gateway } = this;
    const pull = gateway?.pull;
    if (!gateway || !pull || !this.#isRecent(pull.at) || !this.#socket) return "radio-silent";
    // What a forwarder says when its own queue is full.
    if (this.#pending.isFull) return "collision-packet";
    const { version } = gateway;
    const token = this.#pending.nextToken();
    const json = { txpk: makeTxpk(request) };
    this.#answer({ kind: "pull-resp", version, token, json }, pull.peer);
    return version === 1 ? undefined : this.#pending.wait(token);
  }

  #answer(datagram: GwmpDatagram, to: UdpPeer): void {
    this.#socket?.send(encodeGwmp(datagram), to);
  }

  #isRecent(at: Milliseconds): boolean {
    return this.#options.clock.now() - at <= GATEWAY_EXPIRY_MS;
  }

  #isDisposed(): boolean {
    return this.#state === "disposed";
  }
}

function airtimeUsOf({ dataRate, codingRate, crc, payload }: TransmitRequest): number {
  return airtimeOf({ dataRate, codingRate, crc, payloadBytes: payload.length });
}

/** A router names the data rate of a downlink: it may be anything. */
function isTransmittable(rate: DataRate): boolean {
  if (tryParseDataRate(rate)) return true;
  return /^[1-9][0-9]{2,5}$/.test(rate) && Number(rate) >= 500 && Number(rate) <= 250_000;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

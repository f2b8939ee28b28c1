/**
 * Decides what becomes of each received frame. On the packet path nothing waits and little is
 * allocated: 2.6 million frames pass here in a day of a thousand simulated hotspots.
 */
import type { ReceivedFrame } from "@katydid/firmware";
import type { Clock, Log } from "@katydid/platform";
import {
  type Address,
  dcForBytes,
  type Offer,
  type Packet,
  parseFrame,
  type RadioMetadata,
} from "@katydid/protocol";
import { SESSIONS_MAX } from "../limits.ts";
import type { AgentPolicy } from "../policy.ts";
import type { FrameOutcome, NamedCounts, UplinkOutcome } from "./frame-counts.ts";
import type { OfflineQueue } from "./offline-queue.ts";
import type { Route, RouteTable } from "./route-table.ts";
import type { RouterLink } from "./router-link.ts";
import { packetOf, radioOf, type Uplink } from "./uplink.ts";

/** A join request is answered within 6 s or not at all (LoRaWAN L2 1.0.4 §6.2.5). */
const JOIN_AGE_MAX_MS = 4000;
const JOIN_REQUEST_BYTES = 23;
/** Frames that are taken from the queue at a time; decisions ask for more. */
const DRAIN_BATCH = 100;

export interface ForwarderOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly policy: AgentPolicy;
  readonly queue: OfflineQueue;
  readonly frames: NamedCounts<FrameOutcome>;
  readonly uplinks: NamedCounts<UplinkOutcome>;
  readonly makeLink: (route: Route) => RouterLink;
  /** A proprietary frame that may be a beacon. */
  readonly onProprietary: (frame: ReceivedFrame) => void;
}

export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #links = new Map<Address, RouterLink>();
  readonly #endpoints = new Map<Address, string>();
  #routes: RouteTable | undefined;
  #lastFrameMs: number | undefined;

  constructor(options: ForwarderOptions) {
    this.#options = options;
  }

  get routes(): RouteTable | undefined {
    return this.#routes;
  }

  get lastFrameMs(): number | undefined {
    return this.#lastFrameMs;
  }

  links(): readonly RouterLink[] {
    return [...this.#links.values()];
  }

  /** The ledger's routers changed. Sessions with those that moved or left end. */
  useRoutes(routes: RouteTable): void {
    const first = this.#routes === undefined;
    this.#routes = routes;
    for (const [router, link] of this.#links) {
      const route = routes.ofRouter(router);
      if (route !== undefined && this.#endpoints.get(router) === route.endpoints.join(" "))
        continue;
      link.close();
      this.#links.delete(router);
      this.#endpoints.delete(router);
    }
    if (first) this.#routeQueued();
    else this.#greetQueued();
  }

  onFrame(frame: ReceivedFrame): FrameOutcome {
    this.#lastFrameMs = frame.receivedAt;
    const outcome = this.#handle(frame);
    this.#options.frames.add(outcome);
    return outcome;
  }

  /** Takes what waits on disk for this router, as much as it can carry now. */
  drain(link: RouterLink): void {
    const { queue, uplinks } = this.#options;
    let left = DRAIN_BATCH;
    queue.drain(({ packet, router }) => {
      if (left === 0 || !link.ready) return "stop";
      if (router !== link.router) return "stays";
      if (this.#tooOld(packet)) {
        uplinks.add("expired");
        return "taken";
      }
      const uplink = uplinkOf(packet);
      if (uplink === undefined) return "taken";
      left--;
      return link.deliver(uplink) === "queued" ? "stop" : "taken";
    });
  }

  chores(): void {
    for (const link of this.#links.values()) link.chores();
    this.#greetQueued();
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }

  #handle(frame: ReceivedFrame): FrameOutcome {
    if (frame.crc === "bad") return "crc-error";
    if (frame.modulation !== "lora") return "not-lora";
    const { payload } = frame;
    const parsed = parseFrame(payload);
    switch (parsed.kind) {
      case "proprietary":
        this.#options.onProprietary(frame);
        return "proprietary";
      case "malformed":
        return "malformed";
      case "data-up": {
        if (frame.crc === "none") return "no-crc";
        const { devAddr } = parsed;
        const route = { kind: "dev-addr", devAddr } as const;
        return this.#forward(frame, this.#routes?.ofDevAddr(devAddr), route);
      }
      case "join-request": {
        if (frame.crc === "none") return "no-crc";
        const { joinEui, devEui } = parsed;
        const route = { kind: "join", joinEui, devEui } as const;
        return this.#forward(frame, this.#routes?.ofJoin(joinEui, devEui), route);
      }
      default:
        return "not-uplink";
    }
  }

  #forward(
    frame: ReceivedFrame,
    routes: readonly Route[] | undefined,
    route: Offer["route"],
  ): FrameOutcome {
    if (routes?.length === 0) return "no-route";
    const { queue } = this.#options;
    const radio = radioOf(frame);
    const uplink = makeUplink(frame.payload, radio, route);
    if (routes === undefined) {
      queue.push({ packet: packetOf(uplink, 0) });
      return "queued";
    }
    let outcome: FrameOutcome = "queued";
    for (const one of routes) {
      // Each router counts the attempts of its own copy.
      const copy = routes.length === 1 ? uplink : { ...uplink };
      const delivered = this.#linkTo(one).deliver(copy);
      if (delivered === "queued") {
        queue.push({ packet: packetOf(copy, 0), router: one.router });
      } else if (outcome !== "forwarded") outcome = delivered;
    }
    return outcome;
  }

  #linkTo(route: Route): RouterLink {
    const known = this.#links.get(route.router);
    if (known !== undefined) return known;
    if (this.#links.size >= SESSIONS_MAX) this.#dropLeastUsed();
    const link = this.#options.makeLink(route);
    this.#links.set(route.router, link);
    this.#endpoints.set(route.router, route.endpoints.join(" "));
    return link;
  }

  #dropLeastUsed(): void {
    let least: RouterLink | undefined;
    for (const link of this.#links.values()) {
      if (least === undefined || link.lastUsedMs < least.lastUsedMs) least = link;
    }
    if (least === undefined) return;
    least.close();
    this.#links.delete(least.router);
  }

  /** Routers that frames wait for are greeted, or told to go on. */
  #greetQueued(): void {
    const routes = this.#routes;
    if (routes === undefined || this.#options.queue.length === 0) return;
    const { queue, uplinks } = this.#options;
    const awaited = new Set<Address>();
    queue.drain(({ packet, router }) => {
      if (router === undefined || this.#tooOld(packet) || !routes.ofRouter(router)) {
        uplinks.add("expired");
        return "taken";
      }
      awaited.add(router);
      return "stays";
    });
    for (const router of awaited) {
      const route = routes.ofRouter(router);
      if (route === undefined) continue;
      const link = this.#linkTo(route);
      if (link.ready) this.drain(link);
      else link.greet();
    }
  }

  /** Frames from before the first route table get their routers now. */
  #routeQueued(): void {
    const again: { packet: Packet; router: Address }[] = [];
    const { queue, frames } = this.#options;
    queue.drain(({ packet, router }) => {
      if (router !== undefined) return "stays";
      const uplink = uplinkOf(packet);
      const routes = uplink === undefined ? [] : this.#routesOf(uplink.route);
      if (routes.length === 0) frames.add("no-route");
      for (const route of routes) again.push({ packet, router: route.router });
      return "taken";
    });
    for (const queued of again) queue.push(queued);
    this.#greetQueued();
  }

  #routesOf(route: Offer["route"]): readonly Route[] {
    if (this.#routes === undefined) return [];
    if (route.kind === "dev-addr") return this.#routes.ofDevAddr(route.devAddr);
    return this.#routes.ofJoin(route.joinEui, route.devEui);
  }

  #tooOld({ receivedAt, phyPayload }: Packet): boolean {
    const { clock, policy } = this.#options;
    const isJoin = phyPayload.length === JOIN_REQUEST_BYTES && phyPayload[0] === 0;
    return clock.now() - receivedAt > (isJoin ? JOIN_AGE_MAX_MS : policy.uplinkAgeMaxMs);
  }
}

function makeUplink(phyPayload: Uint8Array, radio: RadioMetadata, route: Offer["route"]): Uplink {
  const costDc = route.kind === "join" ? 0 : Number(dcForBytes(phyPayload.length));
  return { phyPayload, radio, route, costDc, attempts: 0 };
}

/** undefined: it no longer parses (written by another version). */
function uplinkOf(packet: Packet): Uplink | undefined {
  const { kind: _kind, reception: _reception, phyPayload, ...radio } = packet;
  const parsed = parseFrame(phyPayload);
  if (parsed.kind === "data-up") {
    return makeUplink(phyPayload, radio, { kind: "dev-addr", devAddr: parsed.devAddr });
  }
  if (parsed.kind !== "join-request") return undefined;
  const { joinEui, devEui } = parsed;
  return makeUplink(phyPayload, radio, { kind: "join", joinEui, devEui });
}

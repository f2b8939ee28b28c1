/** Where messages of hotspots arrive: each packet and offer is decided at once. */
import type { Clock, Counter, Metrics } from "@katydid/platform";
import {
  type Decision,
  type DeclineReason,
  type DownlinkOutcome,
  type HotspotMessage,
  type Offer,
  type Packet,
  parseFrame,
  unreachable,
} from "@katydid/protocol";
import type { HotspotLink } from "../sessions/hotspot-link.ts";
import type { Answers } from "./answers.ts";
import type { DataDesk } from "./data-desk.ts";
import type { JoinDesk } from "./join-desk.ts";
import type { OfferDesk } from "./offer-desk.ts";
import { declined, type Outcome } from "./outcomes.ts";

export interface FrontDeskOptions {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly data: DataDesk;
  readonly joins: JoinDesk;
  readonly offers: OfferDesk;
  readonly settle: (link: HotspotLink, outcome: DownlinkOutcome) => void;
  /** Tells the hotspot when what the decision rests on is durable. */
  readonly answers: Pick<Answers, "tell">;
}

export const outcomeNames = [
  "bought",
  "joined",
  "unknown-device",
  "mic-invalid",
  "replay",
  "late",
  "copies-bought",
  "duplicate-reception",
  "no-balance",
  "spend-limit",
  "malformed",
  "busy",
] as const satisfies readonly (DeclineReason | "bought" | "joined")[];
export type OutcomeName = (typeof outcomeNames)[number];

const LABELS = Object.fromEntries(outcomeNames.map((outcome) => [outcome, { outcome }])) as Record<
  OutcomeName,
  { readonly outcome: string }
>;

export class FrontDesk {
  readonly #options: FrontDeskOptions;
  readonly #counter: Counter;
  readonly #counts = Object.fromEntries(outcomeNames.map((name) => [name, 0])) as Record<
    OutcomeName,
    number
  >;
  #boughtDc = 0;

  constructor(options: FrontDeskOptions) {
    this.#options = options;
    this.#counter = options.metrics.counter({
      name: "katydid_router_packets_total",
      help: "Packets of hotspots, by what they were told.",
      labels: ["outcome"],
    });
    for (const name of outcomeNames) this.#counter.add(0, LABELS[name]);
  }

  /** What packets were told since the start. */
  get counts(): Readonly<Record<OutcomeName, number>> {
    return this.#counts;
  }

  get boughtDc(): number {
    return this.#boughtDc;
  }

  onMessage(link: HotspotLink, message: HotspotMessage): void {
    switch (message.kind) {
      case "packet":
        this.#answer(link, message, this.decide(link, message));
        return;
      case "offer": {
        const now = this.#options.clock.now();
        this.#answer(link, message, this.#options.offers.decide(link, message, now));
        return;
      }
      case "downlink-outcome":
        this.#options.settle(link, message);
        return;
      default:
        unreachable(message);
        return;
    }
  }

  /** The outcome for a packet, and all that follows from it. */
  decide(link: HotspotLink, packet: Packet): Outcome {
    const outcome = this.#outcome(link, packet);
    this.#count(packet, outcome);
    return outcome;
  }

  #outcome(link: HotspotLink, packet: Packet): Outcome {
    if (!link.receptions.add(packet.reception)) return declined("duplicate-reception");
    const { clock, data, joins } = this.#options;
    const frame = parseFrame(packet.phyPayload);
    const now = clock.now();
    switch (frame.kind) {
      case "data-up":
        return data.decide({ link, packet, data: frame, now });
      case "join-request":
        return joins.decide({ link, packet, request: frame, now });
      default:
        // Downlinks of others, proprietary frames, garbage: no honest hotspot forwards them.
        return declined("malformed");
    }
  }

  #answer(link: HotspotLink, { reception }: Packet | Offer, outcome: Outcome): void {
    const decision: Decision = { kind: "decision", reception, outcome };
    this.#options.answers.tell(link, decision);
  }

  #count(packet: Packet, outcome: Outcome): void {
    const name = nameOf(packet, outcome);
    if (name === undefined) return;
    this.#counts[name]++;
    this.#counter.add(1, LABELS[name]);
    if (outcome.kind === "bought") this.#boughtDc += Number(outcome.dc);
  }
}

function nameOf({ phyPayload }: Packet, outcome: Outcome): OutcomeName | undefined {
  switch (outcome.kind) {
    case "bought":
      return (phyPayload[0] ?? 0) >> 5 === 0 ? "joined" : "bought";
    case "declined":
      return outcome.reason;
    case "wanted":
      return undefined;
  }
}

/**
 * Many identities on one radio: a packet forwarder multiplexer. All hear what it hears, and all
 * transmit with it; uplinks of devices go to its own identity alone, for they are bought once.
 */
import type { Concentrator, ReceivedFrame, TransmitRequest } from "@katydid/firmware";
import type { AgentParts, Member } from "../strategy.ts";
import { isBeacon, isBeaconRequest } from "./beacon-frames.ts";
import { WrappedConcentrator } from "./wrapped-concentrator.ts";

export interface SharedRadioOptions {
  /** What an identity's agent is given of a beacon; undefined: nothing. Left out: all the same. */
  readonly hear?: (frame: ReceivedFrame, member: Member) => ReceivedFrame | undefined;
  /** How a member's own beacon goes out. Left out: as asked. */
  readonly send?: (request: TransmitRequest, member: Member) => TransmitRequest;
  /** A member's own beacon goes out. */
  readonly onBeacon?: (frame: Uint8Array, by: Member) => void;
}

export class SharedRadio {
  readonly #options: SharedRadioOptions;
  readonly #others: { readonly member: Member; readonly radio: WrappedConcentrator }[] = [];
  #radio: Concentrator | undefined;

  constructor(options: SharedRadioOptions = {}) {
    this.#options = options;
  }

  /** The first member with a radio brings it; one without joins. */
  wrap(parts: AgentParts, member: Member): WrappedConcentrator {
    return member.placement.radio === undefined
      ? this.#join(parts, member)
      : this.#bring(parts, member);
  }

  #bring(parts: AgentParts, member: Member): WrappedConcentrator {
    const radio = new WrappedConcentrator(parts.concentrator, {
      hear: (frame) => {
        if (!isBeacon(frame)) return frame;
        for (const each of this.#others) {
          const heard = this.#heard(frame, each.member);
          if (heard !== undefined) each.radio.inject(heard);
        }
        return this.#heard(frame, member);
      },
      transmit: (request, inner) => inner.transmit(this.#sent(request, member)),
    });
    this.#radio ??= parts.concentrator;
    return radio;
  }

  #join(parts: AgentParts, member: Member): WrappedConcentrator {
    const radio = new WrappedConcentrator(parts.concentrator, {
      transmit: async (request) => {
        const sent = this.#sent(request, member);
        const refused = { outcome: "refused", reason: "radio-silent" } as const;
        return (await this.#radio?.transmit(sent)) ?? refused;
      },
    });
    this.#others.push({ member, radio });
    return radio;
  }

  #heard(frame: ReceivedFrame, member: Member): ReceivedFrame | undefined {
    const { hear } = this.#options;
    return hear === undefined ? frame : hear(frame, member);
  }

  #sent(request: TransmitRequest, member: Member): TransmitRequest {
    if (!isBeaconRequest(request)) return request;
    this.#options.onBeacon?.(request.payload, member);
    return this.#options.send?.(request, member) ?? request;
  }
}

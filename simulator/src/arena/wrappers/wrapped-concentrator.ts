/**
 * A modified packet forwarder: between the real radio, if there is one, and the real agent. It
 * changes what was heard, makes up what was not, and decides what becomes of a transmission.
 */
import {
  type Concentrator,
  FrameQueue,
  type ReceivedFrame,
  type TransmitOutcome,
  type TransmitRequest,
} from "@katydid/firmware";
import { airtimeOf } from "@katydid/protocol";

export interface RadioWrap {
  /** What the agent is given of a frame; undefined: nothing. Left out: all as heard. */
  readonly hear?: (frame: ReceivedFrame) => ReceivedFrame | undefined;
  /** What becomes of a transmission. Left out: the radio sends it. */
  readonly transmit?: (request: TransmitRequest, radio: Concentrator) => Promise<TransmitOutcome>;
}

export class WrappedConcentrator implements Concentrator {
  readonly #radio: Concentrator;
  readonly #wrap: RadioWrap;
  readonly #frames = new FrameQueue();
  #reading: Promise<void> | undefined;

  constructor(radio: Concentrator, wrap: RadioWrap = {}) {
    this.#radio = radio;
    this.#wrap = wrap;
  }

  async start(): Promise<void> {
    await this.#radio.start();
    this.#reading = this.#read();
  }

  frames(): AsyncIterable<ReceivedFrame> {
    return this.#frames.read();
  }

  transmit(request: TransmitRequest): Promise<TransmitOutcome> {
    const { transmit } = this.#wrap;
    return transmit === undefined ? this.#radio.transmit(request) : transmit(request, this.#radio);
  }

  /** Gives the agent a frame that the radio did not hear, as if it had. */
  inject(frame: ReceivedFrame): void {
    this.#frames.push(frame);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#radio[Symbol.asyncDispose]();
    this.#frames.end();
    await this.#reading;
  }

  async #read(): Promise<void> {
    const { hear } = this.#wrap;
    for await (const frame of this.#radio.frames()) {
      const given = hear === undefined ? frame : hear(frame);
      if (given !== undefined) this.#frames.push(given);
    }
  }
}

/** What a radio says that took a transmission; said by one that did nothing. */
export function pretended({
  dataRate,
  codingRate,
  crc,
  payload,
}: TransmitRequest): Promise<TransmitOutcome> {
  const airtimeUs = airtimeOf({ dataRate, codingRate, crc, payloadBytes: payload.length });
  return Promise.resolve({ outcome: "accepted", airtimeUs });
}

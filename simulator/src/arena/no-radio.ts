/** The radio of an identity that has none: it hears nothing and says nothing. */
import { type Concentrator, FrameQueue, type TransmitOutcome } from "@katydid/firmware";

export class NoRadio implements Concentrator {
  readonly #frames = new FrameQueue();

  async start(): Promise<void> {}
  frames(): ReturnType<Concentrator["frames"]> {
    return this.#frames.read();
  }
  async transmit(): Promise<TransmitOutcome> {
    return { outcome: "refused", reason: "radio-silent" };
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.#frames.end();
  }
}

/** Frames between a driver and its one consumer: bounded, newest kept. */
import type { ReceivedFrame } from "./concentrator.ts";

/** About four seconds of the most that a concentrator of 16 demodulators can hear at SF7. */
export const FRAME_QUEUE_LENGTH_MAX = 1024;

export class FrameQueue {
  readonly #frames: ReceivedFrame[] = [];
  #consumer: "none" | "reading" | "ended" = "none";
  #wake: (() => void) | undefined;

  /** Puts a frame in; where the queue is full the oldest goes, since a late frame is worth nothing. */
  push(frame: ReceivedFrame): "queued" | "dropped-oldest" | "ended" {
    if (this.#consumer === "ended") return "ended";
    this.#frames.push(frame);
    const isOver = this.#frames.length > FRAME_QUEUE_LENGTH_MAX;
    if (isOver) this.#frames.shift();
    this.#wake?.();
    return isOver ? "dropped-oldest" : "queued";
  }

  /** Ends the iteration; what was not read is dropped. */
  end(): void {
    this.#consumer = "ended";
    this.#frames.length = 0;
    this.#wake?.();
  }

  /** The frames as they come. A second consumer is a bug. */
  read(): AsyncIterable<ReceivedFrame> {
    if (this.#consumer === "reading") throw new Error("frames() has one consumer");
    if (this.#consumer === "none") this.#consumer = "reading";
    return this.#iterate();
  }

  async *#iterate(): AsyncGenerator<ReceivedFrame, void, undefined> {
    while (this.#consumer !== "ended") {
      const frame = this.#frames.shift();
      if (frame) {
        yield frame;
        continue;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}

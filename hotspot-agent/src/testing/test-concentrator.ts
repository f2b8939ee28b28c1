/** A radio that a test holds: it hears what it is given, and remembers what it was told to send. */
import type {
  Concentrator,
  ReceivedFrame,
  TransmitOutcome,
  TransmitRefusal,
  TransmitRequest,
} from "@katydid/firmware";
import { dataRate, db, dbm, hertz, milliseconds } from "@katydid/protocol";

export class TestConcentrator implements Concentrator {
  readonly transmitted: TransmitRequest[] = [];
  /** Reasons for which the next transmissions are refused. */
  readonly refusals: TransmitRefusal[] = [];
  /** The next transmissions never end: the process is killed meanwhile. */
  hanging = false;
  /** Of a chip that stamps what it sends. */
  fineTimeNs: number | undefined;
  /** Transmissions that were asked for. */
  asked = 0;
  #queue: ReceivedFrame[] = [];
  #wake: (() => void) | undefined;
  #disposed = false;

  async start(): Promise<void> {}

  hear(frame: ReceivedFrame): void {
    this.#queue.push(frame);
    this.#wake?.();
  }

  async *frames(): AsyncIterable<ReceivedFrame> {
    while (!this.#disposed) {
      const frame = this.#queue.shift();
      if (frame !== undefined) yield frame;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  async transmit(request: TransmitRequest): Promise<TransmitOutcome> {
    this.asked++;
    if (this.hanging) return new Promise(() => {});
    const reason = this.refusals.shift();
    if (reason !== undefined) return { outcome: "refused", reason };
    this.transmitted.push(request);
    const { fineTimeNs } = this;
    return {
      outcome: "accepted",
      airtimeUs: 1000,
      ...(fineTimeNs !== undefined && { fineTimeNs }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#wake?.();
  }
}

/** An uplink as a radio hands it over; `changes` say what is different. */
export function frameOf(payload: Uint8Array, changes: Partial<ReceivedFrame> = {}): ReceivedFrame {
  return {
    payload,
    crc: "ok",
    modulation: "lora",
    frequencyHz: hertz(868_100_000),
    dataRate: dataRate("SF9BW125"),
    codingRate: "4/5",
    rssiDbm: dbm(-97),
    snrDb: db(7.5),
    channel: 0,
    counterUs: 1_000_000,
    receivedAt: milliseconds(1_700_000_000_000),
    ...changes,
  };
}

/**
 * One stream of events over HTTP. When it breaks it is dialled again, with the last event's id, so
 * that the handler is told of each event once.
 */
import type { Clock, Log, Timer } from "@katydid/platform";
import type { LedgerEvent, Watch, WatchOptions } from "./client.ts";
import { EventReader, type ReceivedEvent } from "./event-reader.ts";
import { concerns, eventFromWire } from "./events.ts";
import type { JsonValue } from "./wire.ts";

const BACKOFF_FIRST_MS = 1000;
const BACKOFF_MAX_MS = 30_000;
/** Servers send a comment every 15 s: after three of them missed, the connection is dead. */
const SILENCE_MAX_MS = 45_000;
/** More subjects than this are not named in the address of the stream, but picked out here. */
export const SUBJECTS_IN_URL_MAX = 64;

export interface HttpWatchOptions {
  /** Of the ledger, without `/v1`. */
  readonly base: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly watch: WatchOptions;
  readonly handler: (event: LedgerEvent) => void;
}

export class HttpWatch implements Watch {
  private readonly options: HttpWatchOptions;
  private readonly stop = new AbortController();
  private lastId: string | undefined;
  private backoffMs = BACKOFF_FIRST_MS;

  constructor(options: HttpWatchOptions) {
    this.options = options;
    this.lastId = options.watch.after;
    void this.run();
  }

  cancel(): void {
    this.stop.abort();
  }

  private get cancelled(): boolean {
    return this.stop.signal.aborted;
  }

  private async run(): Promise<void> {
    const { clock, log } = this.options;
    while (!this.cancelled) {
      try {
        await this.connect();
      } catch (error) {
        if (this.cancelled) return;
        const reason = error instanceof Error ? error.message : String(error);
        log.debug({ reason, retryMs: this.backoffMs }, "event stream broke");
      }
      await clock.sleep(this.backoffMs, this.stop.signal).catch(() => undefined);
      this.backoffMs = Math.min(2 * this.backoffMs, BACKOFF_MAX_MS);
    }
  }

  /** Reads one connection to its end. */
  private async connect(): Promise<void> {
    const { clock } = this.options;
    const connection = new AbortController();
    const abort = () => connection.abort();
    this.stop.signal.addEventListener("abort", abort, { once: true });
    let silence: Timer = clock.after(SILENCE_MAX_MS, abort);
    const reader = new EventReader((event) => this.receive(event));
    try {
      const headers = this.lastId === undefined ? {} : { "last-event-id": this.lastId };
      const response = await fetch(this.url(), {
        headers: { accept: "text/event-stream", ...headers },
        signal: connection.signal,
      });
      if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
      for await (const bytes of response.body) {
        silence.cancel();
        silence = clock.after(SILENCE_MAX_MS, abort);
        this.backoffMs = BACKOFF_FIRST_MS;
        reader.push(bytes);
        if (this.cancelled) return;
      }
    } finally {
      silence.cancel();
      this.stop.signal.removeEventListener("abort", abort);
      connection.abort();
    }
  }

  private receive({ id, data }: ReceivedEvent): void {
    if (this.cancelled) return;
    const event = eventFromWire(JSON.parse(data) as JsonValue);
    if (event !== undefined && concerns(this.options.watch, event)) this.tell(event);
    if (id !== undefined) this.lastId = id;
  }

  /** Not within the reading of the stream: a handler that throws is a bug, not a broken stream. */
  private tell(event: LedgerEvent): void {
    queueMicrotask(() => {
      if (!this.cancelled) this.options.handler(event);
    });
  }

  private url(): string {
    const { base, watch } = this.options;
    const query = new URLSearchParams();
    const { subjects, kinds } = watch;
    if (subjects !== undefined && subjects.length <= SUBJECTS_IN_URL_MAX) {
      query.set("subjects", subjects.join(","));
    }
    if (kinds !== undefined) query.set("kinds", kinds.join(","));
    const text = query.toString();
    return `${base}/v1/events${text === "" ? "" : `?${text}`}`;
  }
}

/**
 * Events by HTTP: POST of the same JSON to the application's addresses, with `?event=up` as
 * ChirpStack has it. What fails is tried again, a bounded number of times, ever later. The body goes
 * to where its owner said; redirects are not followed.
 */
import type { Clock, Counter, Log, Metrics } from "@katydid/platform";
import {
  WEBHOOK_ATTEMPTS_MAX,
  WEBHOOK_BACKOFF_FACTOR,
  WEBHOOK_BACKOFF_FIRST_MS,
  WEBHOOK_QUEUE_MAX,
  WEBHOOK_TIMEOUT_MS,
} from "../limits.ts";

export type Fetch = (
  url: string,
  options: {
    readonly method: "POST";
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly signal: AbortSignal;
    readonly redirect: "error";
  },
) => Promise<{ readonly status: number }>;

export interface WebhooksOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

interface Post {
  readonly url: string;
  readonly body: string;
}

type Attempt = "delivered" | "refused" | "failed";

export class Webhooks {
  readonly #options: WebhooksOptions;
  readonly #outcomes: Counter;
  readonly #stop = new AbortController();
  #waiting = 0;

  constructor(options: WebhooksOptions) {
    this.#options = options;
    this.#outcomes = options.metrics.counter({
      name: "katydid_router_webhooks_total",
      help: "Events posted to webhooks, by outcome.",
      labels: ["outcome"],
    });
  }

  /** Never waits. Past the bound the event is dropped and counted. */
  post(input: { readonly url: string; readonly event: string; readonly body: string }): void {
    if (this.#waiting >= WEBHOOK_QUEUE_MAX) {
      this.#outcomes.add(1, { outcome: "queue-full" });
      return;
    }
    const url = new URL(input.url);
    url.searchParams.set("event", input.event);
    this.#waiting++;
    void this.#deliver({ url: url.href, body: input.body }).finally(() => {
      this.#waiting--;
    });
  }

  stop(): void {
    this.#stop.abort();
  }

  async #deliver(post: Post): Promise<void> {
    const { clock, log } = this.#options;
    let waitMs = WEBHOOK_BACKOFF_FIRST_MS;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#attempt(post);
      if (this.#stop.signal.aborted) return;
      if (outcome !== "failed" || attempt === WEBHOOK_ATTEMPTS_MAX) {
        this.#outcomes.add(1, { outcome });
        // The query may be the owner's secret.
        const { origin, pathname } = new URL(post.url);
        if (outcome !== "delivered") log.warn({ origin, pathname, attempt }, `webhook ${outcome}`);
        return;
      }
      try {
        await clock.sleep(waitMs, this.#stop.signal);
      } catch {
        // The router ends.
        return;
      }
      waitMs *= WEBHOOK_BACKOFF_FACTOR;
    }
  }

  /** 4xx will not get better, save 408 and 429 (RFC 9110 §15.5.9, RFC 6585 §4). */
  async #attempt({ url, body }: Post): Promise<Attempt> {
    const { fetch, clock } = this.#options;
    const abort = new AbortController();
    const end = () => abort.abort();
    const timer = clock.after(WEBHOOK_TIMEOUT_MS, end);
    this.#stop.signal.addEventListener("abort", end, { once: true });
    try {
      const headers = { "content-type": "application/json" };
      const options = { headers, body, signal: abort.signal, redirect: "error" } as const;
      const { status } = await fetch(url, { method: "POST", ...options });
      if (status < 300) return "delivered";
      return status < 500 && status !== 408 && status !== 429 ? "refused" : "failed";
    } catch {
      // Unreachable, too slow, or a redirect: tried again.
      return "failed";
    } finally {
      timer.cancel();
      this.#stop.signal.removeEventListener("abort", end);
    }
  }
}

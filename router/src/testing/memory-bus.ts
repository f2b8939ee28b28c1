/** A broker in memory: every client is the same `Bus`. Delivers at once, in order. */
import type { Bus, MessageHandler, PublishOutcome, Subscription } from "@katydid/platform";

export class MemoryBus implements Bus {
  readonly connected = true;
  readonly published: { readonly topic: string; readonly payload: Uint8Array }[] = [];
  readonly #handlers = new Set<{ filter: string; handler: MessageHandler }>();

  publish(topic: string, payload: Uint8Array): PublishOutcome {
    this.published.push({ topic, payload });
    for (const { filter, handler } of [...this.#handlers]) {
      if (matches(filter, topic)) handler(topic, payload);
    }
    return { outcome: "sent" };
  }

  async subscribe(filter: string, handler: MessageHandler): Promise<Subscription> {
    const entry = { filter, handler };
    this.#handlers.add(entry);
    return { cancel: () => this.#handlers.delete(entry) };
  }

  onConnection(handler: (connected: boolean) => void): Subscription {
    handler(true);
    return { cancel: () => undefined };
  }

  /** Payloads on topics that end so, as text. */
  texts(topicEnd: string): string[] {
    return this.published
      .filter(({ topic }) => topic.endsWith(topicEnd))
      .map(({ payload }) => Buffer.from(payload).toString());
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function matches(filter: string, topic: string): boolean {
  const levels = topic.split("/");
  const wanted = filter.split("/");
  if (wanted.at(-1) === "#") return wanted.slice(0, -1).every((level, i) => fits(level, levels[i]));
  return wanted.length === levels.length && wanted.every((level, i) => fits(level, levels[i]));
}

const fits = (wanted: string, level: string | undefined): boolean =>
  wanted === "+" || wanted === level;

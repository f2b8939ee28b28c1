/**
 * Messages between participants, as MQTT 3.1.1 has them: topics of levels separated by `/`, filters
 * with `+` and `#`, quality of service 0 (at most once) or 1 (at least once), retained messages.
 * One `Bus` is one client's connection to one broker. It reconnects by itself; what is published
 * while offline waits in a bounded queue.
 */
export interface Bus extends AsyncDisposable {
  /** Never throws for a broker that is away: the outcome says what became of the message. */
  publish(topic: string, payload: Uint8Array, options?: PublishOptions): PublishOutcome;
  /**
   * Resolves when the broker has confirmed the subscription (or, offline, when it will on
   * connecting).
   */
  subscribe(filter: string, handler: MessageHandler): Promise<Subscription>;
  readonly connected: boolean;
  /** Called at once with the present state and at every change. */
  onConnection(handler: (connected: boolean) => void): Subscription;
}

export type MessageHandler = (topic: string, payload: Uint8Array) => void;

export interface PublishOptions {
  readonly qos?: 0 | 1;
  readonly retain?: boolean;
}

export type PublishOutcome =
  | { readonly outcome: "sent" }
  /** Offline; it will be sent when the broker is back. */
  | { readonly outcome: "queued" }
  | { readonly outcome: "refused"; readonly reason: "queue-full" | "payload-too-large" | "closed" };

export interface Subscription {
  cancel(): void;
}

/** A message is at most this large, bytes. */
export const BUS_PAYLOAD_BYTES_MAX = 256 * 1024;
/** Messages that wait at most while the broker is away. */
export const BUS_QUEUE_LENGTH_MAX = 1000;

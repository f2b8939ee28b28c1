/** A connection to a broker that changes what goes out and what comes in. */
import type { Bus } from "@katydid/platform";

export interface BusWrap {
  /** What is published instead, in this order; none: nothing. Left out: all as it is. */
  readonly publish?: (topic: string, payload: Uint8Array) => readonly Uint8Array[];
  /** Sees what comes in; `false`: its handler does not. */
  readonly receive?: (topic: string, payload: Uint8Array) => boolean;
}

export function wrapBus(bus: Bus, { publish, receive }: BusWrap): Bus {
  return {
    get connected() {
      return bus.connected;
    },
    publish: (topic, payload, options) => {
      if (publish === undefined) return bus.publish(topic, payload, options);
      let outcome: ReturnType<Bus["publish"]> = { outcome: "sent" };
      for (const each of publish(topic, payload)) outcome = bus.publish(topic, each, options);
      return outcome;
    },
    subscribe: (filter, handler) =>
      bus.subscribe(filter, (topic, payload) => {
        if (receive === undefined || receive(topic, payload)) handler(topic, payload);
      }),
    onConnection: (handler) => bus.onConnection(handler),
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}

/**
 * One life of a process. When it ends, at any instant, nothing of it acts any more: timers, messages,
 * answers and writes come to nothing, as after SIGKILL or a power cut.
 */
import type { LedgerClient } from "@katydid/ledger/client";
import type { Bus, Clock, Random, Timer } from "@katydid/platform";
import { decodeTransaction, toHex, transactionId } from "@katydid/protocol";

export class Life {
  #alive = true;
  readonly #ends: (() => void)[] = [];

  get alive(): boolean {
    return this.#alive;
  }

  end(): void {
    this.#alive = false;
    for (const end of this.#ends.splice(0)) end();
  }

  clock(clock: Clock): Clock {
    const whileAlive = (action: () => void) => () => {
      if (this.#alive) action();
    };
    const after = (delayMs: number, action: () => void): Timer =>
      clock.after(delayMs, whileAlive(action));
    return {
      now: () => clock.now(),
      after,
      every: (periodMs, action) => {
        const timer = clock.every(periodMs, whileAlive(action));
        this.#ends.push(() => timer.cancel());
        return timer;
      },
      sleep: (delayMs) => new Promise((resolve) => after(delayMs, resolve)),
    };
  }

  bus(bus: Bus): Bus {
    return {
      connected: true,
      publish: (topic, payload, options) =>
        this.#alive
          ? bus.publish(topic, payload, options)
          : { outcome: "refused", reason: "not-connected" as never },
      subscribe: async (filter, handler) => {
        const subscription = await bus.subscribe(filter, (topic, payload) => {
          if (this.#alive) handler(topic, payload);
        });
        this.#ends.push(() => subscription.cancel());
        return subscription;
      },
      onConnection: (handler) => bus.onConnection(handler),
      [Symbol.asyncDispose]: async () => {},
    };
  }

  /** Answers that come after its end are never heard. */
  guard<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => this.#alive && resolve(value),
        (cause) => this.#alive && reject(cause),
      );
    });
  }

  /** A ledger that is away now and then, and loses some of what it took. */
  ledger(
    client: LedgerClient,
    trouble: { readonly random: Random; readonly share: () => number; readonly chainId: string },
  ): LedgerClient {
    const { random, share, chainId } = trouble;
    const isTroubled = () => random.unit() < share();
    return new Proxy(client, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== "function") return member;
        if (name === "watch") {
          return (options: never, handler: (event: never) => void) => {
            const watch = target.watch(options, (event) => {
              if (this.#alive) handler(event as never);
            });
            this.#ends.push(() => watch.cancel());
            return watch;
          };
        }
        return (...args: never[]) => {
          if (isTroubled()) return this.guard(Promise.reject(new Error("the ledger is away")));
          if (name === "submit" && isTroubled()) {
            const { body } = decodeTransaction(args[0] as unknown as Uint8Array);
            const id = toHex(transactionId({ chainId, body }));
            return this.guard(Promise.resolve({ outcome: "accepted", id }));
          }
          return this.guard(Reflect.apply(member, target, args) as Promise<unknown>);
        };
      },
    });
  }
}

/** The host's clock. Wall time, so it may jump when NTP corrects it; timers do not. */
import { type Milliseconds, milliseconds } from "@katydid/protocol";
import type { Clock, Timer } from "./clock.ts";

/** Longest delay that Node's timers take; longer ones are walked in legs (Node: 2^31 - 1 ms). */
const TIMER_LEG_MS_MAX = 2 ** 31 - 1;

export const realClock: Clock = {
  now: (): Milliseconds => milliseconds(Date.now()),
  after: (delayMs, action) => afterLegs(delayMs, action),
  every: (periodMs, action) => {
    const timer = setInterval(action, Math.max(1, periodMs));
    return { cancel: () => clearInterval(timer) };
  },
  sleep: (delayMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const abort = () => {
        timer.cancel();
        reject(signal?.reason);
      };
      const timer = afterLegs(delayMs, () => {
        signal?.removeEventListener("abort", abort);
        resolve();
      });
      signal?.addEventListener("abort", abort, { once: true });
    }),
};

function afterLegs(delayMs: number, action: () => void): Timer {
  if (!(delayMs > 0)) {
    const immediate = setImmediate(action);
    return { cancel: () => clearImmediate(immediate) };
  }
  let left = delayMs;
  const leg = () => Math.min(left, TIMER_LEG_MS_MAX);
  const step = () => {
    left -= TIMER_LEG_MS_MAX;
    if (left > 0) timeout = setTimeout(step, leg());
    else action();
  };
  // Rounded up: code that waits for a deadline and then compares with `now` must find it passed.
  let timeout = setTimeout(step, Math.ceil(leg()));
  return { cancel: () => clearTimeout(timeout) };
}

/** Time as an argument: production passes `realClock`, the simulator its virtual clock. */
import type { Milliseconds } from "@katydid/protocol";

export interface Clock {
  /**
   * Milliseconds since 1970-01-01 UTC. Whole milliseconds in neither twin: fractions are allowed.
   */
  now(): Milliseconds;
  /**
   * Calls `action` once, `delayMs` from now (0 or less: as soon as possible, never synchronously).
   * Timers of one instant fire in the order in which they were set. An exception thrown by
   * `action` is a bug and ends the process.
   */
  after(delayMs: number, action: () => void): Timer;
  /** Calls `action` every `periodMs`, first after one period, until cancelled. */
  every(periodMs: number, action: () => void): Timer;
  /** Resolves after `delayMs`; rejects with the signal's reason when that aborts first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

export interface Timer {
  cancel(): void;
}

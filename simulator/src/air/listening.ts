/** Devices with a receive window: few at a time, so a list per frequency is enough. */
import type { DataRate, Hertz } from "@katydid/protocol";
import type { Station, Transmission } from "./air.ts";

/** When and where a device listens, in microseconds of the air's time. */
export interface Window {
  readonly frequencyHz: Hertz;
  readonly dataRate: DataRate;
  /** A frame that begins from then on, */
  readonly fromUs: number;
  /** until then, is heard. */
  readonly untilUs: number;
}

/** A window is kept this long beyond its end, us: a real clock's timers are late. */
const GRACE_US = 5_000_000;

interface Listener {
  readonly device: Station;
  readonly window: Window;
  /** Shared by the windows of one device: it hears one frame. */
  readonly turn: { locked: boolean };
}

export class ListeningDevices {
  readonly #byFrequency = new Map<number, Set<Listener>>();

  add(from: { device: Station; windows: readonly Window[]; nowUs: number }): void {
    const turn = { locked: false };
    for (const window of from.windows) {
      const listeners = this.#at(window.frequencyHz);
      // The oldest are first, so this looks at what is over and one more.
      for (const listener of listeners) {
        if (!listener.turn.locked && listener.window.untilUs + GRACE_US > from.nowUs) break;
        listeners.delete(listener);
      }
      listeners.add({ device: from.device, window, turn });
    }
  }

  /** Calls `lock` for each device that a frame finds listening; true: it hears nothing else. */
  match(transmission: Transmission, lock: (device: Station) => boolean): void {
    const { frequencyHz, dataRate, startUs } = transmission;
    const listeners = this.#byFrequency.get(frequencyHz);
    if (listeners === undefined) return;
    for (const listener of listeners) {
      const { window, turn, device } = listener;
      if (turn.locked || window.dataRate !== dataRate) continue;
      if (startUs < window.fromUs || startUs > window.untilUs) continue;
      if (!lock(device)) continue;
      turn.locked = true;
      listeners.delete(listener);
    }
  }

  #at(frequencyHz: number): Set<Listener> {
    const found = this.#byFrequency.get(frequencyHz);
    if (found !== undefined) return found;
    const made = new Set<Listener>();
    this.#byFrequency.set(frequencyHz, made);
    return made;
  }
}

/**
 * A dog's days: hours at home, walks around the block, and now and then an escape. Deterministic in
 * its stream; legs are made as time reaches them, so no state grows.
 */
import type { Random } from "@katydid/platform";
import { distanceMeters, type Point } from "../air/geometry.ts";

export interface DogState {
  readonly point: Point;
  readonly mood: "home" | "walk" | "escape";
  readonly speedKmh: number;
}

/** The yard: a dog at home is within this of its door, metres. */
export const YARD_METERS = 25;
/** Farther from its door than this and not on a walk, it is outside its fence, metres. */
export const FENCE_METERS = 120;

const MINUTE_MS = 60_000;
/** Ranges of a leg, minutes. */
const HOME_MINUTES = [90, 300] as const;
const WALK_MINUTES = [25, 55] as const;
const ESCAPE_MINUTES = [30, 90] as const;
/** Of one hundred times that it leaves home. */
const ESCAPES_PER_HUNDRED = 4;
const WALK_KMH = 4.5;
const ESCAPE_KMH = 7;
const KMH_TO_METERS_PER_MS = 1 / 3600;

interface Leg {
  readonly mood: DogState["mood"];
  readonly fromMs: number;
  readonly untilMs: number;
  /** Of the walk's round, or of the escape. */
  readonly heading: number;
  /** How far it goes in all, metres. */
  readonly lengthMeters: number;
}

export class DogWalk {
  readonly #home: Point;
  readonly #random: Random;
  readonly #scale: number;
  #leg: Leg;

  /** `scale` 30: legs take a thirtieth of their time, so the dog seems to fly; 1 is a real dog. */
  constructor(from: {
    readonly home: Point;
    readonly random: Random;
    readonly startMs: number;
    readonly scale?: number;
  }) {
    this.#home = from.home;
    this.#random = from.random;
    this.#scale = from.scale ?? 1;
    // Dogs of a fleet do not leave home together.
    const untilMs = from.startMs + this.#minutes([0, HOME_MINUTES[1]]);
    const { startMs } = from;
    this.#leg = { mood: "home", fromMs: startMs, untilMs, heading: 0, lengthMeters: 0 };
  }

  /** Times do not go back. */
  at(nowMs: number): DogState {
    while (nowMs >= this.#leg.untilMs) this.#leg = this.#next(this.#leg);
    const { mood, fromMs, untilMs, heading, lengthMeters } = this.#leg;
    const done = (nowMs - fromMs) / (untilMs - fromMs);
    switch (mood) {
      case "home":
        return { mood, speedKmh: 0, point: this.#inYard() };
      case "walk":
        return { mood, speedKmh: WALK_KMH, point: this.#onRound({ heading, lengthMeters, done }) };
      case "escape": {
        // Out for two fifths, gone for one, fetched back for two.
        const away = Math.min(1, done / 0.4, (1 - done) / 0.4);
        const speedKmh = away < 1 ? ESCAPE_KMH : 0;
        return { mood, speedKmh, point: this.#along({ heading, meters: away * lengthMeters }) };
      }
    }
  }

  isOutside({ mood, point }: DogState): boolean {
    return mood === "escape" && distanceMeters(point, this.#home) > FENCE_METERS;
  }

  #next({ mood, untilMs: fromMs }: Leg): Leg {
    const random = this.#random;
    const heading = 2 * Math.PI * random.unit();
    if (mood !== "home") {
      const untilMs = fromMs + this.#minutes(HOME_MINUTES);
      return { mood: "home", fromMs, untilMs, heading, lengthMeters: 0 };
    }
    const escapes = random.below(100) < ESCAPES_PER_HUNDRED;
    const untilMs = fromMs + this.#minutes(escapes ? ESCAPE_MINUTES : WALK_MINUTES);
    const realMs = (untilMs - fromMs) * this.#scale;
    const kmh = escapes ? ESCAPE_KMH * 0.4 : WALK_KMH;
    const lengthMeters = realMs * kmh * KMH_TO_METERS_PER_MS;
    return { mood: escapes ? "escape" : "walk", fromMs, untilMs, heading, lengthMeters };
  }

  #minutes([least, most]: readonly [number, number]): number {
    const minutes = least + (most - least) * this.#random.unit();
    return (minutes * MINUTE_MS) / this.#scale;
  }

  #inYard(): Point {
    const heading = 2 * Math.PI * this.#random.unit();
    return this.#along({ heading, meters: YARD_METERS * this.#random.unit() });
  }

  /** A circle that begins and ends at home. */
  #onRound(of: { heading: number; lengthMeters: number; done: number }): Point {
    const radius = of.lengthMeters / (2 * Math.PI);
    const angle = of.heading + Math.PI + 2 * Math.PI * of.done;
    return {
      x: this.#home.x + radius * (Math.cos(of.heading) + Math.cos(angle)),
      y: this.#home.y + radius * (Math.sin(of.heading) + Math.sin(angle)),
    };
  }

  #along({ heading, meters }: { heading: number; meters: number }): Point {
    return {
      x: this.#home.x + meters * Math.cos(heading),
      y: this.#home.y + meters * Math.sin(heading),
    };
  }
}

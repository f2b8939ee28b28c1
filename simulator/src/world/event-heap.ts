/**
 * Events by time, and at one time in the order in which they were put in. A binary heap in arrays.
 */

export class EventHeap {
  /** Whole microseconds: below 2^53 until the year 2255. */
  #timesUs = new Float64Array(1024);
  #sequences = new Float64Array(1024);
  #actions: (ScheduledAction | undefined)[] = [];
  #size = 0;
  #sequence = 0;

  get size(): number {
    return this.#size;
  }
  /** Time of the first event; Infinity when there is none. */
  get firstUs(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#timesUs[0] ?? 0);
  }

  push(timeUs: number, action: ScheduledAction): void {
    if (this.#size === this.#timesUs.length) this.#grow();
    this.#rise({ timeUs, sequence: this.#sequence++, action });
  }

  /** Takes the first event out; undefined when there is none. */
  pop(): ScheduledAction | undefined {
    if (this.#size === 0) return undefined;
    const first = this.#actions[0];
    const last = this.#size - 1;
    this.#size = last;
    const action = this.#actions[last];
    this.#actions[last] = undefined;
    if (last > 0 && action !== undefined) {
      const timeUs = this.#timesUs[last] ?? 0;
      this.#sink({ timeUs, sequence: this.#sequences[last] ?? 0, action });
    }
    return first;
  }

  #rise({ timeUs, sequence, action }: Event): void {
    const times = this.#timesUs;
    const sequences = this.#sequences;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      // A new event has the highest sequence, so it stays behind its equals.
      if ((times[parent] ?? 0) <= timeUs) break;
      this.#move(parent, at);
      at = parent;
    }
    times[at] = timeUs;
    sequences[at] = sequence;
    this.#actions[at] = action;
  }

  #sink({ timeUs, sequence, action }: Event): void {
    const times = this.#timesUs;
    const sequences = this.#sequences;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#isBefore(child + 1, child)) child += 1;
      const childUs = times[child] ?? 0;
      if (timeUs < childUs || (timeUs === childUs && sequence < (sequences[child] ?? 0))) break;
      this.#move(child, at);
      at = child;
    }
    times[at] = timeUs;
    sequences[at] = sequence;
    this.#actions[at] = action;
  }

  #isBefore(one: number, other: number): boolean {
    const oneUs = this.#timesUs[one] ?? 0;
    const otherUs = this.#timesUs[other] ?? 0;
    if (oneUs !== otherUs) return oneUs < otherUs;
    return (this.#sequences[one] ?? 0) < (this.#sequences[other] ?? 0);
  }

  #move(from: number, to: number): void {
    this.#timesUs[to] = this.#timesUs[from] ?? 0;
    this.#sequences[to] = this.#sequences[from] ?? 0;
    this.#actions[to] = this.#actions[from];
  }

  #grow(): void {
    const length = this.#timesUs.length * 2;
    const times = new Float64Array(length);
    times.set(this.#timesUs);
    const sequences = new Float64Array(length);
    sequences.set(this.#sequences);
    this.#timesUs = times;
    this.#sequences = sequences;
  }
}

/** What happens; an object rather than a function, so that a cancelled one can be told. */
export interface ScheduledAction {
  run(): void;
}

interface Event {
  readonly timeUs: number;
  readonly sequence: number;
  readonly action: ScheduledAction;
}

/**
 * Hands the events of a block to those who watch. Watchers of subjects are found through a map of
 * subjects, so that a thousand agents cost nothing for a block that concerns none of them.
 */

import type { Clock } from "@katydid/platform";
import type { LedgerEvent, Watch, WatchOptions } from "../client/client.ts";
import { concerns, parseSequence } from "../client/events.ts";

interface Watcher {
  readonly options: WatchOptions;
  readonly handler: (event: LedgerEvent) => void;
  readonly order: number;
  /** Events that wait until those of before have been handed out. */
  backlog: LedgerEvent[] | undefined;
  cancelled: boolean;
}

export class EventHub {
  private readonly clock: Clock;
  private readonly stored: (after: string) => readonly LedgerEvent[];
  private readonly bySubject = new Map<string, Set<Watcher>>();
  private readonly ofAll = new Set<Watcher>();
  private began = 0;
  private open = 0;

  /** `stored`: the events after a sequence that are still kept, in order. */
  constructor(options: {
    readonly clock: Clock;
    readonly stored: (after: string) => readonly LedgerEvent[];
  }) {
    this.clock = options.clock;
    this.stored = options.stored;
  }

  /** Watches that are open. */
  get size(): number {
    return this.open;
  }

  /** As LedgerClient.watch. The handler is never called before this returns. */
  watch(options: WatchOptions, handler: (event: LedgerEvent) => void): Watch {
    this.began += 1;
    const watcher: Watcher = {
      options,
      handler,
      order: this.began,
      backlog: undefined,
      cancelled: false,
    };
    this.add(watcher);
    const { after } = options;
    if (after !== undefined && parseSequence(after) !== undefined) {
      const backlog = this.stored(after).filter((event) => concerns(options, event));
      if (backlog.length > 0) {
        watcher.backlog = backlog;
        this.clock.after(0, () => drain(watcher));
      }
    }
    return {
      cancel: () => {
        if (watcher.cancelled) return;
        watcher.cancelled = true;
        this.remove(watcher);
      },
    };
  }

  /** Events of one block, in order. Each watcher is told of each once. */
  publish(events: readonly LedgerEvent[]): void {
    for (const event of events) {
      for (const watcher of this.watchersOf(event)) {
        if (watcher.cancelled || !concerns(watcher.options, event)) continue;
        if (watcher.backlog !== undefined) watcher.backlog.push(event);
        else watcher.handler(event);
      }
    }
  }

  /** In the order in which they began to watch, so that runs are alike. */
  private watchersOf(event: LedgerEvent): readonly Watcher[] {
    const found = new Set(this.ofAll);
    for (const subject of event.subjects) {
      for (const watcher of this.bySubject.get(subject) ?? []) found.add(watcher);
    }
    return found.size < 2 ? [...found] : [...found].sort((a, b) => a.order - b.order);
  }

  private add(watcher: Watcher): void {
    this.open += 1;
    const { subjects } = watcher.options;
    if (subjects === undefined) this.ofAll.add(watcher);
    for (const subject of subjects ?? []) {
      const set = this.bySubject.get(subject);
      if (set === undefined) this.bySubject.set(subject, new Set([watcher]));
      else set.add(watcher);
    }
  }

  private remove(watcher: Watcher): void {
    this.open -= 1;
    this.ofAll.delete(watcher);
    for (const subject of watcher.options.subjects ?? []) {
      const set = this.bySubject.get(subject);
      set?.delete(watcher);
      if (set?.size === 0) this.bySubject.delete(subject);
    }
  }
}

function drain(watcher: Watcher): void {
  const { backlog } = watcher;
  // A handler may cause further events: they join the end while the list is walked.
  for (let at = 0; backlog !== undefined && at < backlog.length; at += 1) {
    const event = backlog[at];
    if (event !== undefined && !watcher.cancelled) watcher.handler(event);
  }
  watcher.backlog = undefined;
}

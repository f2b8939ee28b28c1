/**
 * Decisions on their way out. A purchase is told when it is on disk and not before: a router that is
 * killed has not promised what it then forgets. One commit serves all decisions that came while the
 * one before was under way (group commit), so a busy router commits no oftener than its disk can.
 * Whatever comes behind a purchase waits with it: a decline for copies rests on what was bought.
 */
import type { Clock, Log, Timer } from "@katydid/platform";
import type { Decision } from "@katydid/protocol";
import { ANSWERS_WAITING_MAX } from "../limits.ts";
import type { HotspotLink } from "../sessions/hotspot-link.ts";

export interface AnswersOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Resolves when all that was decided so far is durable; rejects where the disk refuses. */
  readonly commit: () => Promise<void>;
  readonly send: (link: HotspotLink, decision: Decision) => void;
}

interface Answer {
  readonly link: HotspotLink;
  readonly decision: Decision;
}

/** After a commit that the disk refused, ms. */
const RETRY_MS = 1000;

export class Answers {
  readonly #options: AnswersOptions;
  #waiting: Answer[] = [];
  #running: Promise<void> | undefined;
  #retry: Timer | undefined;

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  tell(link: HotspotLink, decision: Decision): void {
    const { outcome } = decision;
    const rests = outcome.kind === "bought" && outcome.dc > 0n;
    if (!rests && this.#running === undefined && this.#waiting.length === 0) {
      this.#options.send(link, decision);
      return;
    }
    this.#waiting.push({ link, decision });
    // Untold, the hotspot asks again, and is paid all the same: its account has it.
    if (this.#waiting.length > ANSWERS_WAITING_MAX) this.#waiting.shift();
    if (this.#retry === undefined) this.#run();
  }

  /** Resolves when what was decided is told, or the disk refuses. */
  async drain(): Promise<void> {
    this.#retry?.cancel();
    this.#retry = undefined;
    if (this.#waiting.length > 0) this.#run();
    await this.#running;
  }

  #run(): void {
    this.#running ??= this.#commits().finally(() => {
      this.#running = undefined;
    });
  }

  async #commits(): Promise<void> {
    const { clock, log, commit, send } = this.#options;
    // Envelopes of one read of the socket are decided one after the other: one commit for all.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const answers = this.#waiting;
      this.#waiting = [];
      try {
        await commit();
      } catch (cause) {
        log.error({ cause: String(cause) }, "purchases are not told: the disk refuses, check it");
        this.#waiting = [...answers, ...this.#waiting].slice(-ANSWERS_WAITING_MAX);
        this.#retry = clock.after(RETRY_MS, () => {
          this.#retry = undefined;
          this.#run();
        });
        return;
      }
      for (const { link, decision } of answers) send(link, decision);
    }
  }
}

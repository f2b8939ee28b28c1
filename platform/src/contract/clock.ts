/** What every Clock does. Judges order, never duration: real ones run on busy machines. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Clock } from "../clock.ts";

export interface ClockSubject {
  readonly clock: Clock;
  /** Lets time pass until `promise` is settled: a virtual clock has to be run. */
  settle<T>(promise: Promise<T>): Promise<T>;
}

export function clockContract(name: string, make: () => ClockSubject): void {
  describe(`clock contract: ${name}`, () => {
    test("never acts synchronously, even without delay", async () => {
      const { clock, settle } = make();
      let acted = false;
      const done = new Promise<void>((resolve) => {
        clock.after(0, () => {
          acted = true;
          resolve();
        });
        assert.equal(acted, false);
      });
      await settle(done);
      assert.equal(acted, true);
    });

    test("timers of one instant fire in the order in which they were set", async () => {
      const { clock, settle } = make();
      const order: number[] = [];
      const all = [1, 2, 3, 4].map(
        (number) =>
          new Promise<void>((resolve) => {
            clock.after(2, () => {
              order.push(number);
              resolve();
            });
          }),
      );
      await settle(Promise.all(all));
      assert.deepEqual(order, [1, 2, 3, 4]);
    });

    test("an earlier instant comes first, and now has reached it", async () => {
      const { clock, settle } = make();
      const order: string[] = [];
      const start = clock.now();
      let late = 0;
      const done = new Promise<void>((resolve) => {
        clock.after(20, () => {
          order.push("late");
          late = clock.now();
          resolve();
        });
        clock.after(1, () => order.push("early"));
      });
      await settle(done);
      assert.deepEqual(order, ["early", "late"]);
      // One millisecond of slack: timers and wall time are two clocks of the host.
      assert.ok(late - start >= 19, `${late - start} ms`);
    });

    test("a cancelled timer does not fire, and cancelling again does nothing", async () => {
      const { clock, settle } = make();
      let fired = false;
      const timer = clock.after(1, () => {
        fired = true;
      });
      timer.cancel();
      timer.cancel();
      await settle(clock.sleep(5));
      timer.cancel();
      assert.equal(fired, false);
    });

    test("every repeats until cancelled, also from within", async () => {
      const { clock, settle } = make();
      let count = 0;
      const done = new Promise<void>((resolve) => {
        const timer = clock.every(1, () => {
          count += 1;
          if (count < 3) return;
          timer.cancel();
          resolve();
        });
      });
      await settle(done);
      await settle(clock.sleep(5));
      assert.equal(count, 3);
    });

    test("sleep rejects with the signal's reason, before or during", async () => {
      const { clock, settle } = make();
      const gone = new Error("gone");
      await assert.rejects(settle(clock.sleep(1, AbortSignal.abort(gone))), gone);
      const controller = new AbortController();
      const sleeping = clock.sleep(60_000, controller.signal);
      clock.after(1, () => controller.abort(gone));
      await assert.rejects(settle(sleeping), gone);
    });

    test("a delay longer than a 32-bit timer does not fire early", async () => {
      const { clock, settle } = make();
      let fired = false;
      const timer = clock.after(30 * 24 * 3600 * 1000, () => {
        fired = true;
      });
      await settle(clock.sleep(3));
      assert.equal(fired, false);
      timer.cancel();
    });
  });
}

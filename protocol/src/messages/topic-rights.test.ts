import assert from "node:assert/strict";
import { test } from "node:test";
import type { Address } from "../units.ts";
import { mayPublish, maySubscribe } from "./topic-rights.ts";

const self = "katyA" as Address;
const rival = "katyB";

test("anyone writes to anyone, and speaks in sessions as themselves only", () => {
  for (const [topic, may] of [
    ["kd/report/0123456789abcdef", true],
    ["kd/report/0123456789ABCDEF", false],
    ["kd/report/+", false],
    [`kd/to/${rival}/order`, true],
    [`kd/to/${rival}/gossip`, false],
    [`kd/up/${rival}/${self}`, true],
    [`kd/up/${rival}/${rival}`, false],
    [`kd/down/${rival}/${self}`, true],
    [`kd/down/${self}/${rival}`, false],
    [`kd/up/${rival}/${self}/more`, false],
    ["application/a/device/b/event/up", false],
    ["$SYS/broker", false],
  ] as const) {
    assert.equal(mayPublish({ self, topic }), may, topic);
  }
});

test("one hears only what is meant for oneself, and the reports of a payload one knows", () => {
  for (const [filter, may] of [
    ["kd/report/0123456789abcdef", true],
    ["kd/report/+", false],
    ["kd/report/#", false],
    [`kd/to/${self}/+`, true],
    [`kd/to/${self}/order`, true],
    [`kd/to/${rival}/order`, false],
    ["kd/to/+/order", false],
    [`kd/up/${self}/+`, true],
    [`kd/down/${self}/+`, true],
    [`kd/down/${rival}/+`, false],
    ["kd/#", false],
    ["#", false],
    ["application/+/device/+/event/up", false],
  ] as const) {
    assert.equal(maySubscribe({ self, filter }), may, filter);
  }
});

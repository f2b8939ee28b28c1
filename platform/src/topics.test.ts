import assert from "node:assert/strict";
import { test } from "node:test";
import { filterFlaw, TOPIC_BYTES_MAX, topicFlaw, topicMatches } from "./topics.ts";

const cases: readonly (readonly [filter: string, topic: string, matches: boolean])[] = [
  // MQTT 3.1.1 §4.7.1.2
  ["sport/tennis/player1/#", "sport/tennis/player1", true],
  ["sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true],
  ["sport/#", "sport", true],
  ["#", "a/b", true],
  // §4.7.1.3
  ["sport/tennis/+", "sport/tennis/player1", true],
  ["sport/tennis/+", "sport/tennis/player1/ranking", false],
  ["sport/+", "sport", false],
  ["sport/+", "sport/", true],
  ["+/+", "/finance", true],
  ["/+", "/finance", true],
  ["+", "/finance", false],
  // §4.7.2
  ["#", "$SYS/uptime", false],
  ["+/monitor", "$SYS/monitor", false],
  ["$SYS/#", "$SYS/monitor", true],
  // §4.7.3: case and every slash count
  ["a/b", "A/b", false],
  ["a/b", "a/b/", false],
];

for (const [filter, topic, matches] of cases) {
  test(`${filter} ${matches ? "covers" : "does not cover"} ${topic}`, () => {
    assert.equal(topicMatches({ filter, topic }), matches);
  });
}

test("malformed topics and filters are told", () => {
  for (const bad of ["", "a/#", "a+", "a\0b", "x".repeat(TOPIC_BYTES_MAX + 1), "/".repeat(40)]) {
    assert.notEqual(topicFlaw(bad), undefined, bad);
  }
  for (const bad of ["", "a/#/b", "a#", "a+/b", "a\0"]) assert.notEqual(filterFlaw(bad), undefined);
  for (const good of ["a", "/", "a//b", "$x/y"]) assert.equal(topicFlaw(good), undefined);
  for (const good of ["#", "+", "+/a/#", "a/+/b"]) assert.equal(filterFlaw(good), undefined);
});

/** MQTT topics and filters (MQTT 3.1.1 §4.7), shared by every implementation of `Bus`. */
import assert from "node:assert";

/** A topic is at most this many bytes here (the standard allows 65,535). */
export const TOPIC_BYTES_MAX = 512;
/** Levels of a topic or filter at most. */
export const TOPIC_LEVELS_MAX = 32;

/**
 * Whether `filter` (with `+` and `#`) covers `topic`. Topics that begin with `$` need it spelled.
 */
export function topicMatches({ filter, topic }: { filter: string; topic: string }): boolean {
  if (filter === topic) return true;
  if (topic.startsWith("$") && !filter.startsWith("$")) return false;
  const wanted = filter.split("/");
  const levels = topic.split("/");
  for (const [at, level] of wanted.entries()) {
    if (level === "#") return true;
    if (at >= levels.length) return false;
    if (level !== "+" && level !== levels[at]) return false;
  }
  return wanted.length === levels.length;
}

/** Why `topic` may not be published to; undefined if it may. */
export function topicFlaw(topic: string): string | undefined {
  if (/[#+\0]/.test(topic)) return "a topic has no wildcards and no NUL";
  return sizeFlaw(topic);
}

/** Why `filter` may not be subscribed to; undefined if it may. */
export function filterFlaw(filter: string): string | undefined {
  if (filter.includes("\0")) return "a filter has no NUL";
  const levels = filter.split("/");
  for (const [at, level] of levels.entries()) {
    if (level === "#" && at !== levels.length - 1) return "# stands for the last levels only";
    if (level.length > 1 && /[#+]/.test(level)) return "a wildcard fills its level";
  }
  return sizeFlaw(filter);
}

/** A malformed topic or filter is a bug of the caller. */
export function assertTopic(topic: string): void {
  assert(topicFlaw(topic) === undefined, `topic ${JSON.stringify(topic)}: ${topicFlaw(topic)}`);
}
export function assertFilter(filter: string): void {
  assert(
    filterFlaw(filter) === undefined,
    `filter ${JSON.stringify(filter)}: ${filterFlaw(filter)}`,
  );
}

function sizeFlaw(text: string): string | undefined {
  if (text.length === 0) return "it is empty";
  // A character is at most three bytes of UTF-8 each: most topics need no counting.
  const isLong = text.length > TOPIC_BYTES_MAX / 3 && Buffer.byteLength(text) > TOPIC_BYTES_MAX;
  if (isLong) return `it is over ${TOPIC_BYTES_MAX} bytes`;
  let levels = 1;
  for (let at = text.indexOf("/"); at >= 0; at = text.indexOf("/", at + 1)) levels += 1;
  return levels > TOPIC_LEVELS_MAX ? `it has over ${TOPIC_LEVELS_MAX} levels` : undefined;
}

/**
 * What a participant may publish and hear on a relay, by the address it logged in with. Anyone may
 * write to anyone; one hears only what is meant for oneself, and the reports of a beacon whose
 * payload one knows (a wildcard would let a stranger watch them all).
 */
import type { Address } from "../units.ts";

const REPORT = /^kd\/report\/[0-9a-f]{16}$/;
const TO = /^kd\/to\/[1-9A-HJ-NP-Za-km-z]{1,80}\/(?:order|ack|receipt)$/;

/** Whether `self` may publish on the topic. */
export function mayPublish({ self, topic }: { self: Address; topic: string }): boolean {
  if (REPORT.test(topic) || TO.test(topic)) return true;
  const [prefix, direction, , from, ...rest] = topic.split("/");
  if (prefix !== "kd" || rest.length > 0) return false;
  // Sessions: the last level names the speaker.
  return (direction === "up" || direction === "down") && from === self;
}

/** Whether `self` may subscribe to the filter. */
export function maySubscribe({ self, filter }: { self: Address; filter: string }): boolean {
  if (REPORT.test(filter)) return true;
  const [prefix, direction, to, , ...rest] = filter.split("/");
  if (prefix !== "kd" || rest.length > 0) return false;
  return (direction === "to" || direction === "up" || direction === "down") && to === self;
}

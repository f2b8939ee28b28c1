/** Events as text and back; their sequence; who is told of which. */
import type { LedgerEvent, WatchOptions } from "./client.ts";
import { eventSchemas } from "./schemas.ts";
import { fromWire, type JsonValue, toWire } from "./wire.ts";

/** Position of an event: the block's height, and its place in the block. */
export interface EventPosition {
  readonly height: number;
  readonly index: number;
}

export function sequenceOf({ height, index }: EventPosition): string {
  return `${height}-${index}`;
}

/** undefined: not a sequence. */
export function parseSequence(text: string): EventPosition | undefined {
  const match = /^(\d{1,10})-(\d{1,10})$/.exec(text);
  return match === null ? undefined : { height: Number(match[1]), index: Number(match[2]) };
}

export function eventToWire(event: LedgerEvent): JsonValue {
  return toWire(event);
}

/** undefined: of a kind that this software does not know (a newer node's). */
export function eventFromWire(value: JsonValue): LedgerEvent | undefined {
  if (typeof value !== "object" || value === null || !("kind" in value)) return undefined;
  const schema = eventSchemas[String(value.kind)];
  return schema === undefined ? undefined : fromWire<LedgerEvent>(schema, value);
}

/** Whether a watcher with these options is told of the event; `after` is the caller's business. */
export function concerns(options: WatchOptions, event: LedgerEvent): boolean {
  const { kinds, subjects } = options;
  if (kinds !== undefined && !kinds.includes(event.kind)) return false;
  return subjects === undefined || event.subjects.some((subject) => subjects.includes(subject));
}

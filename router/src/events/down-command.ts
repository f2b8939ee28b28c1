/** ChirpStack's `command/down`: {devEui, confirmed, fPort, data, id?, expiresAt?}. */
import type { Random } from "@katydid/platform";
import { QUEUE_ITEM_ID_LENGTH_MAX, type QueueItem } from "../downlink/downlink-queue.ts";
import { uuidText } from "./chirpstack-json.ts";

export type CommandRefusal =
  | "json-malformed"
  | "dev-eui-mismatch"
  | "f-port-invalid"
  | "data-invalid"
  | "object-unsupported"
  | "id-invalid"
  | "expiry-invalid";

/** Of application ports; 224 to 255 are reserved (LoRaWAN L2 1.0.4 §4.3.2). */
export const FPORT_MAX = 223;
/** N of the widest data rate of any region (RP002). */
export const DOWNLINK_BYTES_MAX = 242;

export function parseDownCommand(
  text: string,
  context: { readonly devEui: string; readonly random: Random },
): { readonly item: QueueItem } | { readonly refused: CommandRefusal } {
  const command = parseJson(text);
  if (command === undefined) return { refused: "json-malformed" };
  const { devEui, confirmed = false, fPort, data, object, id = "", expiresAt } = command;
  if (typeof devEui !== "string" || devEui.toLowerCase() !== context.devEui) {
    return { refused: "dev-eui-mismatch" };
  }
  if (typeof fPort !== "number" || !Number.isInteger(fPort) || fPort < 1 || fPort > FPORT_MAX) {
    return { refused: "f-port-invalid" };
  }
  if (data === undefined && object !== undefined) return { refused: "object-unsupported" };
  const bytes = parseBase64(data);
  if (bytes === undefined || bytes.length > DOWNLINK_BYTES_MAX) return { refused: "data-invalid" };
  if (typeof id !== "string" || id.length > QUEUE_ITEM_ID_LENGTH_MAX) {
    return { refused: "id-invalid" };
  }
  const expiry = typeof expiresAt === "string" ? Date.parse(expiresAt) : undefined;
  const hasBadExpiry = expiry === undefined ? expiresAt != null : Number.isNaN(expiry);
  if (hasBadExpiry) return { refused: "expiry-invalid" };
  return {
    item: {
      id: id === "" ? uuidText(context.random.bytes(16)) : id,
      confirmed: confirmed === true,
      fPort,
      data: bytes,
      ...(expiry === undefined ? {} : { expiresAt: expiry }),
    },
  };
}

/** Bytes of base64 with or without padding; undefined for anything else. */
export function parseBase64(text: unknown): Uint8Array | undefined {
  if (typeof text !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return Uint8Array.from(Buffer.from(text, "base64"));
}

function parseJson(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    // The refusal says it.
    return undefined;
  }
}

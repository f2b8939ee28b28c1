/**
 * The network file (protocol.md section 7): all that a hotspot or wallet needs to join a network.
 * JSON, since people look into it and mail it around.
 */
import { DecodeError } from "../bytes/decode-error.ts";
import { isChainId } from "../bytes/domain.ts";
import { URL_BYTES_MAX } from "../codec/fields.ts";
import type { NetworkFile } from "../messages/message.ts";

/** Characters of a network file at most. */
export const NETWORK_FILE_LENGTH_MAX = 65_536;
/** Ledgers, and relays, that one lists at most. */
export const NETWORK_FILE_ENTRIES_MAX = 64;

/** The network file that a JSON text is. Unknown members are ignored. Throws DecodeError. */
export function parseNetworkFile(json: string): NetworkFile {
  if (json.length > NETWORK_FILE_LENGTH_MAX) throw flaw("network file");
  const file = members(parseJson(json), "network file");
  const trusted = members(file.trustedHeader, "trustedHeader");
  const { height, hash } = trusted;
  if (typeof height !== "number" || !Number.isSafeInteger(height) || height < 1) {
    throw flaw("trustedHeader.height");
  }
  if (typeof hash !== "string" || !/^[0-9a-f]{64}$/.test(hash)) throw flaw("trustedHeader.hash");
  const { chainId } = file;
  if (typeof chainId !== "string" || !isChainId(chainId)) throw flaw("chainId");
  return {
    chainId,
    trustedHeader: { height, hash },
    ledgers: urls({ value: file.ledgers, field: "ledgers", protocols: ["http:", "https:"] }),
    relays: urls({
      value: file.relays,
      field: "relays",
      protocols: ["mqtt:", "mqtts:", "ws:", "wss:"],
    }),
  };
}

/** The text of a network file, for people: indented. */
export function formatNetworkFile(file: NetworkFile): string {
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new DecodeError({ code: "malformed-text", field: "network file" });
  }
}

function members(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw flaw(field);
  return value as Record<string, unknown>;
}

function urls(input: { value: unknown; field: string; protocols: readonly string[] }): string[] {
  const { value, field, protocols } = input;
  if (!Array.isArray(value) || value.length > NETWORK_FILE_ENTRIES_MAX) throw flaw(field);
  return value.map((entry: unknown) => {
    if (typeof entry !== "string" || entry.length > URL_BYTES_MAX) throw flaw(field);
    const url = URL.parse(entry);
    if (url === null || !protocols.includes(url.protocol)) throw flaw(field);
    return entry;
  });
}

function flaw(field: string): DecodeError {
  return new DecodeError({ code: "out-of-range", field });
}

/**
 * GWMP, the "Semtech UDP protocol", versions 1 and 2 (Lora-net/packet_forwarder PROTOCOL.TXT).
 *
 *     PUSH_DATA  version u8 | token u16 | 00 | EUI 8 | JSON   forwarder to server: frames, stat
 *     PUSH_ACK   version u8 | token u16 | 01
 *     PULL_DATA  version u8 | token u16 | 02 | EUI 8          forwarder to server: "I am here"
 *     PULL_RESP  version u8 | token u16 | 03 | JSON           server to forwarder: transmit this
 *     PULL_ACK   version u8 | token u16 | 04
 *     TX_ACK     version u8 | token u16 | 05 | EUI 8 | [JSON] forwarder to server; none in version 1
 *
 * No authentication and no retries. Any bytes are a datagram of some kind; nothing here throws.
 */
import { concatBytes, fromHex, toHex, utf8 } from "@katydid/protocol";

export type GwmpVersion = 1 | 2;
export type JsonObject = { readonly [key: string]: unknown };

interface Header {
  readonly version: GwmpVersion;
  /** Four hex digits; an answer carries the token of what it answers. */
  readonly token: string;
}

export type GwmpDatagram =
  | (Header & {
      readonly kind: "push-data";
      readonly gatewayEui: string;
      readonly json: JsonObject;
    })
  | (Header & { readonly kind: "push-ack" })
  | (Header & { readonly kind: "pull-data"; readonly gatewayEui: string })
  | (Header & { readonly kind: "pull-resp"; readonly json: JsonObject })
  | (Header & { readonly kind: "pull-ack" })
  /** Without JSON: transmitted, or in the queue to be. */
  | (Header & { readonly kind: "tx-ack"; readonly gatewayEui: string; readonly json?: JsonObject });

/** Ordered: the first that applies is the one reported. */
export type GwmpMalformedReason =
  | "too-short"
  | "too-long"
  | "version-unsupported"
  | "kind-unknown"
  /** Longer or shorter than the kind is. */
  | "wrong-length"
  /** Not UTF-8, not JSON, or not an object. */
  | "json-malformed";

export interface GwmpMalformed {
  readonly kind: "malformed";
  readonly reason: GwmpMalformedReason;
}

/** What fits in a UDP datagram over IPv4. */
export const GWMP_BYTES_MAX = 65_507;
const HEADER_BYTES = 4;
const EUI_BYTES = 8;

const codes = {
  "push-data": 0,
  "push-ack": 1,
  "pull-data": 2,
  "pull-resp": 3,
  "pull-ack": 4,
  "tx-ack": 5,
} as const;
const kinds = Object.keys(codes) as readonly (keyof typeof codes)[];

/** Reads any bytes. A version 1 TX_ACK is taken too: it says what it says. */
export function parseGwmp(bytes: Uint8Array): GwmpDatagram | GwmpMalformed {
  if (bytes.length < HEADER_BYTES) return malformed("too-short");
  if (bytes.length > GWMP_BYTES_MAX) return malformed("too-long");
  const version = bytes[0];
  if (version !== 1 && version !== 2) return malformed("version-unsupported");
  const kind = kinds[bytes[3] as number];
  if (kind === undefined) return malformed("kind-unknown");
  const header: Header = { version, token: toHex(bytes.subarray(1, 3)) };
  const rest = bytes.subarray(HEADER_BYTES);
  switch (kind) {
    case "push-ack":
    case "pull-ack":
      return rest.length === 0 ? { ...header, kind } : malformed("wrong-length");
    case "pull-resp": {
      const json = parseJson(rest);
      return json ? { ...header, kind, json } : malformed("json-malformed");
    }
    case "pull-data":
      if (rest.length !== EUI_BYTES) return malformed("wrong-length");
      return { ...header, kind, gatewayEui: toHex(rest) };
    case "push-data":
    case "tx-ack": {
      if (rest.length < EUI_BYTES) return malformed("wrong-length");
      const gatewayEui = toHex(rest.subarray(0, EUI_BYTES));
      if (kind === "tx-ack" && rest.length === EUI_BYTES) return { ...header, kind, gatewayEui };
      const json = parseJson(rest.subarray(EUI_BYTES));
      return json ? { ...header, kind, gatewayEui, json } : malformed("json-malformed");
    }
  }
}

/** Writes what parseGwmp reads. */
export function encodeGwmp(datagram: GwmpDatagram): Uint8Array {
  const header = Uint8Array.of(datagram.version, ...fromHex(datagram.token), codes[datagram.kind]);
  const eui = "gatewayEui" in datagram ? fromHex(datagram.gatewayEui) : new Uint8Array();
  const json = "json" in datagram ? utf8(JSON.stringify(datagram.json)) : new Uint8Array();
  return concatBytes(header, eui, json);
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function parseJson(bytes: Uint8Array): JsonObject | undefined {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
  return isObject(value) ? value : undefined;
}

/** A JSON object: no array, no null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(reason: GwmpMalformedReason): GwmpMalformed {
  return { kind: "malformed", reason };
}

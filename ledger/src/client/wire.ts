/**
 * Views as JSON: bigint as decimal text, bytes as lower-case hex. The schemas say which text is
 * which, so that one description serves the HTTP API, its OpenAPI page and the reading client.
 */
import { fromHex, toHex } from "@katydid/protocol";

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** The part of JSON Schema that the ledger's API uses. */
export interface JsonSchema {
  readonly type?: "object" | "array" | "string" | "number" | "integer" | "boolean";
  readonly description?: string;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly additionalProperties?: boolean | JsonSchema;
}

/** Text of this pattern is a bigint. */
export const BIGINT_PATTERN = "^-?[0-9]+$";
/** Text of this pattern is bytes. */
export const BYTES_PATTERN = "^([0-9a-f]{2})*$";

/** A view as JSON; fields that are undefined are left out. */
export function toWire(value: unknown): JsonValue {
  switch (typeof value) {
    case "bigint":
      return value.toString();
    case "string":
    case "number":
    case "boolean":
      return value;
    default:
  }
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(toWire);
  const fields: Record<string, JsonValue> = {};
  for (const [name, field] of Object.entries(value as object)) {
    if (field !== undefined) fields[name] = toWire(field);
  }
  return fields;
}

/**
 * The view that `toWire` had written, as `schema` describes it. The caller names its type: the
 * contract test of the clients holds both to it. Throws where a marked text is malformed.
 */
export function fromWire<T>(schema: JsonSchema, value: JsonValue): T {
  return revive(schema, value) as T;
}

function revive(schema: JsonSchema, value: JsonValue): unknown {
  if (value === null) return value;
  if (typeof value === "string") {
    if (schema.pattern === BIGINT_PATTERN) return BigInt(value);
    if (schema.pattern === BYTES_PATTERN) return fromHex(value);
    return value;
  }
  if (isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((item) => revive(items, item));
  }
  if (typeof value !== "object") return value;
  const { properties } = schema;
  if (properties === undefined) return value;
  // What a newer node adds is left out: views are what this software knows.
  const fields: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    const known = properties[name];
    if (known !== undefined) fields[name] = revive(known, field);
  }
  return fields;
}

// Array.isArray does not narrow readonly arrays.
function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

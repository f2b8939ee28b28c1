/**
 * The little of protobuf that CometBFT's header, votes and blocks need: written as gogoproto writes
 * it, fields in their order and zero values left out.
 */

import { DecodeError } from "../bytes/decode-error.ts";
import { Reader, Writer } from "./codec-buffer.ts";

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

/** Writes one message with `build`. */
export function protoMessage(build: (fields: ProtoWriter) => void): Uint8Array {
  const fields = new ProtoWriter();
  build(fields);
  return fields.bytes();
}

export class ProtoWriter {
  readonly #writer = new Writer();

  bytes(): Uint8Array {
    return this.#writer.bytes();
  }

  /** uint and enum: 0 is left out. int32 and int64 too: negative ones take ten bytes. */
  varint(field: number, value: number): void {
    if (value === 0) return;
    this.#tag(field, VARINT);
    this.#writer.bigVarint(BigInt.asUintN(64, BigInt(value)));
  }

  /** sfixed64, little-endian; 0 is left out. */
  fixed64(field: number, value: number): void {
    if (value === 0) return;
    this.#tag(field, FIXED64);
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true);
    this.#writer.raw(bytes);
  }

  /** bytes and string: empty ones are left out. */
  raw(field: number, value: Uint8Array): void {
    if (value.length > 0) this.message(field, value);
  }

  /** An embedded message, or an entry of a repeated field: there even if it is empty. */
  message(field: number, value: Uint8Array): void {
    this.#tag(field, BYTES);
    this.#writer.varint(value.length);
    this.#writer.raw(value);
  }

  #tag(field: number, wireType: number): void {
    this.#writer.varint(field * 8 + wireType);
  }
}

/** A length as LEB128, then the message (protobuf's delimited form). */
export function lengthDelimited(message: Uint8Array): Uint8Array {
  const writer = new Writer();
  writer.varint(message.length);
  writer.raw(message);
  return writer.bytes();
}

/**
 * Fields of a message by their number. Lenient: whoever decodes compares with what would have been
 * written. Throws DecodeError where it is no protobuf, or has more than `max` fields.
 */
export class ProtoFields {
  readonly #fields = new Map<number, (bigint | Uint8Array)[]>();

  constructor(bytes: Uint8Array, { max }: { max: number }) {
    const reader = new Reader(bytes);
    for (let count = 0; reader.remaining > 0; count++) {
      if (count >= max) throw new DecodeError({ code: "out-of-range", field: "protobuf" });
      const tag = reader.varint();
      const field = Math.floor(tag / 8);
      const values = this.#fields.get(field) ?? [];
      values.push(readValue(reader, tag % 8));
      this.#fields.set(field, values);
    }
  }

  /** Signed 64 bits that a number holds. */
  int(field: number): number {
    const value = this.#last(field) ?? 0n;
    if (typeof value !== "bigint") throw malformed(field);
    const signed = Number(BigInt.asIntN(64, value));
    if (!Number.isSafeInteger(signed)) throw malformed(field);
    return signed;
  }

  raw(field: number): Uint8Array {
    const value = this.#last(field) ?? new Uint8Array(0);
    if (typeof value === "bigint") throw malformed(field);
    return value;
  }

  repeated(field: number): readonly Uint8Array[] {
    return (this.#fields.get(field) ?? []).map((value) => {
      if (typeof value === "bigint") throw malformed(field);
      return value;
    });
  }

  has(field: number): boolean {
    return this.#fields.has(field);
  }

  #last(field: number): bigint | Uint8Array | undefined {
    return this.#fields.get(field)?.at(-1);
  }
}

function readValue(reader: Reader, wireType: number): bigint | Uint8Array {
  if (wireType === VARINT) return reader.bigVarint();
  if (wireType === BYTES) return reader.raw(reader.varint());
  throw new DecodeError({ code: "unknown-kind", field: "wire type" });
}

function malformed(field: number): DecodeError {
  return new DecodeError({ code: "out-of-range", field: `protobuf field ${field}` });
}

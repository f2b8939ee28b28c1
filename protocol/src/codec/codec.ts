/**
 * The canonical binary codec: small codecs put together into those of transactions and messages.
 * Big-endian; variable numbers are LEB128 in as few bytes as they need. There is exactly one way to
 * write a value, and a decoder accepts only that: what it reads re-encodes to the same bytes, or it
 * throws DecodeError. Encoding a value outside of its field is a bug of the caller (assert).
 */
import { assert } from "../bytes/assert.ts";
import { fromUtf8, utf8 } from "../bytes/bytes.ts";
import { DecodeError } from "../bytes/decode-error.ts";
import { Reader, Writer } from "./codec-buffer.ts";

export interface Codec<T> {
  write(writer: Writer, value: T): void;
  read(reader: Reader): T;
}

/** Bytes of a value. */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = Writer.take();
  try {
    codec.write(writer, value);
    return writer.bytes();
  } finally {
    writer.release();
  }
}

/** The value that all of `bytes` are. Throws DecodeError. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T {
  const reader = new Reader(bytes);
  const value = codec.read(reader);
  reader.end();
  return value;
}

// ---- Numbers -------------------------------------------------------------------------------

/** Unsigned, of a fixed number of bytes (1 to 6), and at most `max`. */
export function unsigned({ bytes, max }: { bytes: number; max: number }): Codec<number> {
  return {
    write(writer, value) {
      assert(Number.isInteger(value) && value >= 0 && value <= max, `number in 0..${max}`);
      writer.unsigned(value, bytes);
    },
    read(reader) {
      const value = reader.unsigned(bytes);
      if (value > max) throw reader.error("out-of-range");
      return value;
    },
  };
}

export const u8 = unsigned({ bytes: 1, max: 0xff });
export const u16 = unsigned({ bytes: 2, max: 0xffff });
export const u32 = unsigned({ bytes: 4, max: 0xffff_ffff });
/** Enough for milliseconds until the year 10889. */
export const u48 = unsigned({ bytes: 6, max: 0xffff_ffff_ffff });

/** LEB128 of a whole number from `min` (0) to `max` (2^53 - 1). */
export function uint({
  min = 0,
  max = Number.MAX_SAFE_INTEGER,
}: {
  min?: number;
  max?: number;
} = {}): Codec<number> {
  return {
    write(writer, value) {
      assert(Number.isSafeInteger(value) && value >= min && value <= max, "number in range");
      writer.varint(value);
    },
    read(reader) {
      const value = reader.varint();
      if (value < min || value > max) throw reader.error("out-of-range");
      return value;
    },
  };
}

const U64_MAX = (1n << 64n) - 1n;

/** LEB128 of an amount below 2^64. */
export const amount: Codec<bigint> = {
  write(writer, value) {
    assert(value >= 0n && value <= U64_MAX, "amount below 2^64");
    writer.bigVarint(value);
  },
  read: (reader) => reader.bigVarint(),
};

/** Exactly 8 bytes. */
export const u64: Codec<bigint> = {
  write(writer, value) {
    assert(value >= 0n && value <= U64_MAX, "below 2^64");
    writer.u64(value);
  },
  read: (reader) => reader.u64(),
};

export const i16: Codec<number> = {
  write(writer, value) {
    assert(Number.isInteger(value) && value >= -0x8000 && value <= 0x7fff, "int16");
    writer.unsigned(value & 0xffff, 2);
  },
  read: (reader) => (reader.unsigned(2) << 16) >> 16,
};

/** Tenths in an int16; what is finer is rounded to the nearest tenth, half up. */
export const tenths: Codec<number> = {
  write: (writer, value) => i16.write(writer, Math.round(value * 10)),
  read: (reader) => i16.read(reader) / 10,
};

export const bool: Codec<boolean> = {
  write: (writer, value) => writer.unsigned(value ? 1 : 0, 1),
  read(reader) {
    const value = reader.unsigned(1);
    if (value > 1) throw reader.error("not-canonical");
    return value === 1;
  },
};

// ---- Bytes and text ------------------------------------------------------------------------

/** Exactly `length` bytes. */
export function bytes(length: number): Codec<Uint8Array> {
  return {
    write(writer, value) {
      assert(value.length === length, `${length} bytes`);
      writer.raw(value);
    },
    read: (reader) => reader.raw(length),
  };
}

/** A length as LEB128, then that many bytes. */
export function varBytes(max: number): Codec<Uint8Array> {
  return {
    write(writer, value) {
      assert(value.length <= max, `at most ${max} bytes`);
      writer.varint(value.length);
      writer.raw(value);
    },
    read(reader) {
      const length = reader.varint();
      if (length > max) throw reader.error("out-of-range");
      return reader.raw(length);
    },
  };
}

/** Well-formed UTF-8 of at most `max` bytes, which is what is counted. */
export function text(max: number): Codec<string> {
  const inner = varBytes(max);
  return {
    write(writer, value) {
      assert(value.isWellFormed(), "well-formed text");
      inner.write(writer, utf8(value));
    },
    read: (reader) => fromUtf8(inner.read(reader)),
  };
}

/** One of the names, as its place in the list. Names are only ever added at the end. */
export function oneOf<Name extends string>(names: readonly Name[]): Codec<Name> {
  return {
    write(writer, value) {
      const index = names.indexOf(value);
      assert(index >= 0, `one of ${names.join(", ")}`);
      writer.unsigned(index, 1);
    },
    read(reader) {
      const name = names[reader.unsigned(1)];
      if (name === undefined) throw reader.error("unknown-kind");
      return name;
    },
  };
}

// ---- Composites ----------------------------------------------------------------------------

/** A `kind` that the surroundings already say: no bytes. */
export function constant<Value>(value: Value): Codec<Value> {
  return { write() {}, read: () => value };
}

/** A byte 0 or 1, then the value if it is there. */
export function optional<T>(codec: Codec<T>): Codec<T | undefined> {
  return {
    write(writer, value) {
      bool.write(writer, value !== undefined);
      if (value !== undefined) codec.write(writer, value);
    },
    read: (reader) => (bool.read(reader) ? codec.read(reader) : undefined),
  };
}

export interface ListRules<T> {
  readonly max: number;
  readonly min?: number;
  /** Entries must not descend by this order. */
  readonly order?: (a: T, b: T) => number;
}

/** A count as LEB128, then the entries. */
export function list<T>(codec: Codec<T>, rules: ListRules<T>): Codec<readonly T[]> {
  const { max, min = 0, order } = rules;
  return {
    write(writer, values) {
      assert(values.length >= min && values.length <= max, `${min} to ${max} entries`);
      if (order !== undefined) assert(isSorted(values, order), "sorted entries");
      writer.varint(values.length);
      for (const value of values) codec.write(writer, value);
    },
    read(reader) {
      const count = reader.varint();
      if (count < min || count > max) throw reader.error("out-of-range");
      const values: T[] = [];
      for (let i = 0; i < count; i++) values.push(codec.read(reader));
      if (order !== undefined && !isSorted(values, order)) throw reader.error("unsorted");
      return values;
    },
  };
}

function isSorted<T>(values: readonly T[], order: (a: T, b: T) => number): boolean {
  return values.every((value, i) => i === 0 || order(values[i - 1] as T, value) <= 0);
}

/** A codec for each field. Their order in the literal is the order on the wire. */
export type Fields<T> = { readonly [Key in keyof T]-?: Codec<T[Key]> };

/** Fields one after the other. A field whose codec reads `undefined` is left out of the object. */
export function struct<T extends object>(fields: Fields<T>): Codec<T> {
  const entries = Object.entries(fields) as [keyof T & string, Codec<T[keyof T]>][];
  return {
    write(writer, value) {
      for (const [name, codec] of entries) codec.write(writer, value[name]);
    },
    read(reader) {
      const value: Partial<T> = {};
      for (const [name, codec] of entries) {
        reader.field = name;
        const field = codec.read(reader);
        if (field !== undefined) value[name] = field as T[keyof T & string];
      }
      return value as T;
    },
  };
}

/** For each kind its tag (1 to 255, never reused) and the codec of what follows. */
export type Variants<T extends { readonly kind: string }> = {
  readonly [Kind in T["kind"]]: readonly [tag: number, Codec<Extract<T, { kind: Kind }>>];
};

/** One byte that tells the kind, then its fields. */
export function union<T extends { readonly kind: string }>(variants: Variants<T>): Codec<T> {
  const byKind = new Map<string, readonly [number, Codec<T>]>();
  const byTag = new Map<number, Codec<T>>();
  for (const [kind, entry] of Object.entries(variants)) {
    const [tag, codec] = entry as unknown as readonly [number, Codec<T>];
    assert(tag > 0 && tag < 256 && !byTag.has(tag), `tag of ${kind}`);
    byKind.set(kind, [tag, codec]);
    byTag.set(tag, codec);
  }
  return {
    write(writer, value) {
      const entry = byKind.get(value.kind);
      assert(entry, `kind ${value.kind}`);
      writer.unsigned(entry[0], 1);
      entry[1].write(writer, value);
    },
    read(reader) {
      const codec = byTag.get(reader.unsigned(1));
      if (codec === undefined) throw reader.error("unknown-kind");
      return codec.read(reader);
    },
  };
}

/** The same bytes under another type: checks and converts both ways. `from` may throw DecodeError. */
export function mapped<Wire, T>(
  codec: Codec<Wire>,
  convert: { readonly to: (value: T) => Wire; readonly from: (wire: Wire) => T | undefined },
): Codec<T> {
  return {
    write: (writer, value) => codec.write(writer, convert.to(value)),
    read(reader) {
      const value = convert.from(codec.read(reader));
      if (value === undefined)
        throw new DecodeError({ code: "not-canonical", field: reader.field });
      return value;
    },
  };
}

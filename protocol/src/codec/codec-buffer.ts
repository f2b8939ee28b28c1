/** What codecs write to and read from. */
import { assert } from "../bytes/assert.ts";
import { type DecodeCode, DecodeError } from "../bytes/decode-error.ts";

/** Most messages fit; the one that is reused soon has the room of the largest. */
const FIRST_CAPACITY = 256;
/** Nothing in the protocol is larger than this; a writer that gets there is a bug. */
const CAPACITY_MAX = 1 << 26;
const TWO_28 = 2 ** 28;
/** Bytes of the longest LEB128 of 64 bits. */
const VARINT_BYTES_MAX = 10;

/** Grows as it is written. One is kept and reused, since every message passes through it. */
export class Writer {
  static #spare: Writer | undefined;
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #length = 0;

  static take(): Writer {
    const writer = Writer.#spare ?? new Writer();
    Writer.#spare = undefined;
    writer.#length = 0;
    return writer;
  }

  release(): void {
    Writer.#spare = this;
  }

  /** A copy of what was written. */
  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Big-endian, 1 to 6 bytes. */
  unsigned(value: number, bytes: number): void {
    this.#room(bytes);
    let rest = value;
    for (let i = this.#length + bytes - 1; i >= this.#length; i--) {
      this.#bytes[i] = rest & 0xff;
      rest = Math.floor(rest / 256);
    }
    this.#length += bytes;
  }

  u64(value: bigint): void {
    this.unsigned(Number(value >> 32n), 4);
    this.unsigned(Number(value & 0xffff_ffffn), 4);
  }

  varint(value: number): void {
    this.#room(VARINT_BYTES_MAX);
    let rest = value;
    while (rest >= TWO_28) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  bigVarint(value: bigint): void {
    this.#room(VARINT_BYTES_MAX);
    let rest = value;
    while (rest > BigInt(Number.MAX_SAFE_INTEGER)) {
      this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.varint(Number(rest));
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #room(needed: number): void {
    const wanted = this.#length + needed;
    if (wanted <= this.#bytes.length) return;
    assert(wanted <= CAPACITY_MAX, "an encoding of bounded size");
    const grown = new Uint8Array(Math.max(wanted, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** Reads from the front. Every refusal is a DecodeError that names the field. */
export class Reader {
  readonly #bytes: Uint8Array;
  #offset = 0;
  /** Field that is being read, for errors. */
  field = "value";

  constructor(bytes: Uint8Array) {
    // Sockets hand out Buffers, whose `slice` is no copy.
    const isPlain = bytes.constructor === Uint8Array;
    this.#bytes = isPlain ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  error(code: DecodeCode): DecodeError {
    return new DecodeError({ code, field: this.field });
  }

  /** Bytes not yet read. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  end(): void {
    if (this.remaining > 0) throw this.error("trailing-bytes");
  }

  unsigned(bytes: number): number {
    if (this.remaining < bytes) throw this.error("truncated");
    let value = 0;
    for (let i = 0; i < bytes; i++) value = value * 256 + (this.#bytes[this.#offset++] as number);
    return value;
  }

  u64(): bigint {
    return (BigInt(this.unsigned(4)) << 32n) | BigInt(this.unsigned(4));
  }

  /** LEB128 up to 2^53 - 1, in as few bytes as possible. */
  varint(): number {
    const value = this.#bigOrNumber();
    if (typeof value === "number") return value;
    throw this.error("out-of-range");
  }

  /** LEB128 up to 2^64 - 1, in as few bytes as possible. */
  bigVarint(): bigint {
    return BigInt(this.#bigOrNumber());
  }

  raw(length: number): Uint8Array {
    if (this.remaining < length) throw this.error("truncated");
    const start = this.#offset;
    this.#offset += length;
    // A copy: what was received may be reused by whoever received it.
    return this.#bytes.slice(start, this.#offset);
  }

  #bigOrNumber(): number | bigint {
    let value = 0;
    let scale = 1;
    // Seven bytes hold 49 bits, which a number holds exactly.
    for (let i = 0; i < 7; i++) {
      const byte = this.unsigned(1);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (byte === 0 && i > 0) throw this.error("not-canonical");
        return value;
      }
      scale *= 128;
    }
    return this.#long(BigInt(value));
  }

  #long(low: bigint): number | bigint {
    let value = low;
    for (let i = 7; i < VARINT_BYTES_MAX; i++) {
      const byte = this.unsigned(1);
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte >= 0x80) continue;
      if (byte === 0) throw this.error("not-canonical");
      if (value > 0xffff_ffff_ffff_ffffn) throw this.error("out-of-range");
      return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
    }
    throw this.error("out-of-range");
  }
}

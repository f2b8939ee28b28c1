/** Why bytes or text from outside were refused. One error class for every decoder in protocol/. */
export type DecodeCode =
  /** It ended before the field did. */
  | "truncated"
  /** Something follows what was complete. */
  | "trailing-bytes"
  /** A number, length or count outside of what the field allows. */
  | "out-of-range"
  /** Readable, but not what an encoder would have written. */
  | "not-canonical"
  /** Entries that must ascend do not. */
  | "unsorted"
  /** A version that this software does not speak. */
  | "unknown-version"
  /** A tag that names no kind. */
  | "unknown-kind"
  /** Not well-formed UTF-8, hex, base58, base64 or JSON. */
  | "malformed-text"
  /** A checksum or MAC that does not match. */
  | "checksum-mismatch";

/** Input from outside that is not what it should be. Callers turn it into a refusal. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
  readonly code: DecodeCode;
  /** The field that was being read, for the log. */
  readonly field: string;

  constructor({ code, field }: { code: DecodeCode; field: string }) {
    super(`${field}: ${code}`);
    this.code = code;
    this.field = field;
  }
}

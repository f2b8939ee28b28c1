/**
 * The hotspot's key file: made at first start, never overwritten, readable by its owner only. It
 * holds the 32-byte Ed25519 seed as JSON `{keyType, seed}` (hex).
 */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { Fault, makeFolder, type Random } from "@katydid/platform";
import { fromHex, type KeyPair, keyPairFromSeed, toHex } from "@katydid/protocol";

const SEED_BYTES = 32;

export interface KeyFileOptions {
  readonly path: string;
  /** Fit for keys: the system's, or a seeded stream in tests. */
  readonly random: Random;
}

/**
 * The key in the file at `path`; makes it (mode 0600) when there is no such file.
 * @throws Fault `key-unreadable`, `key-open-to-others`, `key-malformed`, `key-unwritable`
 */
export function loadOrMakeKey({ path, random }: KeyFileOptions): KeyPair {
  const present = loadKey(path);
  if (present !== undefined) return present;
  const seed = random.bytes(SEED_BYTES);
  const text = `${JSON.stringify({ keyType: "ed25519", seed: toHex(seed) })}\n`;
  const written = writeOnce(path, text);
  if (written) return keyPairFromSeed(seed);
  // Another process made it between our look and our write: theirs is the key.
  const theirs = loadKey(path);
  if (theirs !== undefined) return theirs;
  throw new Fault({ code: "key-unreadable", path, advice: `Key file ${path} came and went.` });
}

/**
 * The key in the file at `path`; undefined where there is no such file.
 * @throws Fault `key-unreadable`, `key-open-to-others`, `key-malformed`
 */
export function loadKey(path: string): KeyPair | undefined {
  let text: string;
  try {
    const mode = statSync(path).mode;
    if ((mode & 0o077) !== 0) {
      const advice = `Key file ${path} is open to others: chmod 600 ${path}`;
      throw new Fault({ code: "key-open-to-others", path, mode: mode & 0o777, advice });
    }
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    if (codeOf(cause) === "ENOENT") return undefined;
    const advice = `Cannot read key file ${path}: check its owner and mode.`;
    throw new Fault({ code: "key-unreadable", path, advice }, { cause });
  }
  return parseKey(path, text);
}

function parseKey(path: string, text: string): KeyPair {
  const advice = `Key file ${path} is damaged: restore it from a backup, or move it away.`;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && "keyType" in parsed && "seed" in parsed) {
      const { keyType, seed } = parsed;
      if (keyType === "ed25519" && typeof seed === "string" && /^[0-9a-f]{64}$/.test(seed)) {
        return keyPairFromSeed(fromHex(seed));
      }
    }
  } catch (cause) {
    throw new Fault({ code: "key-malformed", path, advice }, { cause });
  }
  throw new Fault({ code: "key-malformed", path, advice });
}

/** Writes beside and links into place, so that neither a crash nor a rival leaves half a key. */
function writeOnce(path: string, text: string): boolean {
  const beside = `${path}.${process.pid}.new`;
  try {
    makeFolder({ path: dirname(path), mode: 0o700 });
    const file = openSync(beside, "wx", 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    chmodSync(beside, 0o600);
    linkSync(beside, path);
    return true;
  } catch (cause) {
    if (codeOf(cause) === "EEXIST") return false;
    const advice = `Cannot write key file ${path}: check that its folder is writable.`;
    throw new Fault({ code: "key-unwritable", path, advice }, { cause });
  } finally {
    try {
      unlinkSync(beside);
    } catch {
      // It was never made.
    }
  }
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
}

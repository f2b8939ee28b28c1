/**
 * What a device must not forget: nonces that may not come twice and counters that may not go back
 * (LoRaWAN L2 1.0.4 §6.1.1.2, §4.3.1.5). Written before it is used.
 */
import type { Store } from "@katydid/platform";
import { fromHex, type LorawanKeys, toHex, utf8 } from "@katydid/protocol";

export interface Session {
  readonly devAddr: number;
  readonly keys: LorawanKeys;
  readonly rxDelaySeconds: number;
  readonly rx1DrOffset: number;
  readonly rx2DataRate: number;
}

const NONCE = utf8("nonce");
const SESSION = utf8("session");
const UP = utf8("up");
const DOWN = utf8("down");

export class DeviceMemory {
  readonly #store: Store;
  constructor(store: Store) {
    this.#store = store;
  }

  /** 16 bits; throws when a device has joined 65,536 times, for it can never join again. */
  async nextDevNonce(): Promise<number> {
    const last = readNumber(this.#store.get(NONCE));
    const nonce = last === undefined ? 0 : last + 1;
    if (nonce > 0xffff) throw new Error("this device has used all of its join nonces");
    await this.#store.commit([{ key: NONCE, value: numberBytes(nonce) }]);
    return nonce;
  }

  session(): Session | undefined {
    const bytes = this.#store.get(SESSION);
    if (bytes === undefined) return undefined;
    const { nwkSKey, appSKey, ...rest } = JSON.parse(new TextDecoder().decode(bytes));
    return { ...rest, keys: { nwkSKey: fromHex(nwkSKey), appSKey: fromHex(appSKey) } };
  }

  /** A new session begins with new counters. */
  async begin({ keys, ...rest }: Session): Promise<void> {
    const { nwkSKey, appSKey } = keys;
    const text = JSON.stringify({ ...rest, nwkSKey: toHex(nwkSKey), appSKey: toHex(appSKey) });
    await this.#store.commit([
      { key: SESSION, value: utf8(text) },
      { key: UP, value: undefined },
      { key: DOWN, value: undefined },
    ]);
  }

  /** The counter of the next uplink, 0 first. */
  async nextUp(): Promise<number> {
    const last = readNumber(this.#store.get(UP));
    const next = last === undefined ? 0 : last + 1;
    await this.#store.commit([{ key: UP, value: numberBytes(next) }]);
    return next;
  }

  lastDown(): number | undefined {
    return readNumber(this.#store.get(DOWN));
  }
  async setLastDown(counter: number): Promise<void> {
    await this.#store.commit([{ key: DOWN, value: numberBytes(counter) }]);
  }
}

function numberBytes(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

function readNumber(bytes: Uint8Array | undefined): number | undefined {
  if (bytes === undefined) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

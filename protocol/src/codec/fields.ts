/** Codecs of the fields that transactions and messages have in common. */

import { assert } from "../bytes/assert.ts";
import { BoundedMap } from "../bytes/bounded-map.ts";
import { HASH_BYTES } from "../bytes/hash.ts";
import { isCell } from "../coverage/cells.ts";
import {
  ADDRESS_BYTES,
  addressBytes,
  addressFromBytes,
  compareAddresses,
} from "../identity/address.ts";
import { SIGNATURE_BYTES } from "../identity/keys.ts";
import type { ChallengeId } from "../transactions/transaction.ts";
import type {
  Address,
  Cell,
  DataRate,
  Db,
  Dbm,
  Dc,
  Height,
  Hertz,
  MicroUsd,
  Milliseconds,
  Motes,
} from "../units.ts";
import {
  amount,
  bytes,
  type Codec,
  i16,
  mapped,
  struct,
  tenths,
  text,
  u16,
  u32,
  u48,
  u64,
  uint,
  unsigned,
} from "./codec.ts";

/** A hash, secret or key. */
export const bytes32Field = bytes(HASH_BYTES);
export const signatureField = bytes(SIGNATURE_BYTES);

/** Key type and key, 33 bytes. */
export const addressField: Codec<Address> = mapped(bytes(ADDRESS_BYTES), {
  to: addressBytes,
  from: addressFromBytes,
});

/** H3 index as 8 bytes. Only valid cells. */
export const cellField: Codec<Cell> = mapped(u64, {
  to: (cell: Cell) => BigInt(`0x${cell}`),
  from: (index) => {
    const cell = index.toString(16);
    return isCell(cell) ? cell : undefined;
  },
});

/** Protocol time / slotSeconds in 4 bytes, index in 2. */
export const challengeField: Codec<ChallengeId> = struct({ slot: u32, index: u16 });

export const dbmField = tenths as Codec<number> as Codec<Dbm>;
export const dbField = tenths as Codec<number> as Codec<Db>;
export const hertzField = u32 as Codec<number> as Codec<Hertz>;
export const millisecondsField = u48 as Codec<number> as Codec<Milliseconds>;
export const heightField = uint() as Codec<number> as Codec<Height>;
/** At most a million dollars a token, so that products stay far below 2^64. */
export const priceField = uint({ max: 10 ** 12 }) as Codec<number> as Codec<MicroUsd>;
export const dcField = amount as Codec<bigint> as Codec<Dc>;
export const motesField = amount as Codec<bigint> as Codec<Motes>;
export const nonceField = uint();
export const metersField = i16;
/** Nanoseconds within a second. */
export const fineTimeField = unsigned({ bytes: 4, max: 999_999_999 });

/** Bytes of an MQTT or HTTP address at most. */
export const URL_BYTES_MAX = 256;
export const urlField = text(URL_BYTES_MAX);

// Spreading factors and bandwidths (kHz) that LoRa has; `SF9BW125` is 9 and 125.
const DATA_RATE = /^SF([5-9]|1[0-2])BW([1-9][0-9]{0,3})$/;
interface DataRateParts {
  readonly spreadingFactor: number;
  readonly bandwidthKhz: number;
}

// A dozen rates in use: parsed once.
const DATA_RATES_MAX = 64;
const partsByRate = new BoundedMap<string, DataRateParts>(DATA_RATES_MAX);
const rateByParts = new BoundedMap<number, DataRate>(DATA_RATES_MAX);

/** Spreading factor u8, bandwidth in kHz u16. */
export const dataRateField: Codec<DataRate> = {
  write(writer, rate) {
    let parts = partsByRate.get(rate);
    if (parts === undefined) {
      const match = DATA_RATE.exec(rate);
      assert(match, `data rate ${rate}`);
      parts = { spreadingFactor: Number(match[1]), bandwidthKhz: Number(match[2]) };
      partsByRate.set(rate, parts);
    }
    writer.unsigned(parts.spreadingFactor, 1);
    writer.unsigned(parts.bandwidthKhz, 2);
  },
  read(reader) {
    const packed = reader.unsigned(3);
    const cached = rateByParts.get(packed);
    if (cached !== undefined) return cached;
    const rate = `SF${packed >> 16}BW${packed & 0xffff}`;
    if (!DATA_RATE.test(rate)) throw reader.error("out-of-range");
    rateByParts.set(packed, rate as DataRate);
    return rate as DataRate;
  },
};

/** Whether a data rate is one that messages can carry: LoRa, `SF5BW1` to `SF12BW9999`. */
export function isDataRate(text: string): text is DataRate {
  return DATA_RATE.test(text);
}

/** Order of lists that are sorted by whose entry it is. */
export function byAddress<T>(addressIn: (entry: T) => Address): (a: T, b: T) => number {
  return (a, b) => compareAddresses(addressIn(a), addressIn(b));
}

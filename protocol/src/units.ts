/**
 * Units that cannot be mixed up, at no cost at run time. Integers that replicas must agree on are
 * bigint where they may pass 2^53 (amounts), number otherwise.
 */

declare const unit: unique symbol;
export type Unit<T, Name extends string> = T & { readonly [unit]: Name };

/** Received or transmitted power, dBm. On the wire an int16 of tenths. */
export type Dbm = Unit<number, "dBm">;
/** A ratio or antenna gain (dBi), dB. On the wire an int16 of tenths. */
export type Db = Unit<number, "dB">;
/** Carrier frequency, Hz. Below 2^32. */
export type Hertz = Unit<number, "Hz">;
/** Milliseconds since 1970-01-01 UTC, or protocol time where the name says so. */
export type Milliseconds = Unit<number, "ms">;
/** Smallest part of a token: 1 token = 10^8 motes. Always bigint. */
export type Motes = Unit<bigint, "motes">;
/** Data credits: one pays 24 bytes and costs 0.00001 USD. Always bigint. */
export type Dc = Unit<bigint, "DC">;
/** Price of one token in millionths of a US dollar. */
export type MicroUsd = Unit<number, "microUSD">;
/** Height of a block; the first block is 1. */
export type Height = Unit<number, "height">;
/** base58check(version, key type, public key): who someone is, as a string (see address.ts). */
export type Address = Unit<string, "address">;
/** H3 cell index as 15 or 16 lower-case hex digits, without leading zeros (h3-js form). */
export type Cell = Unit<string, "cell">;
/** LoRa data rate as the field writes it: `SF9BW125` (bandwidth in kHz). */
export type DataRate = Unit<string, "dataRate">;

export const MOTES_PER_TOKEN = 100_000_000n;
/** Bytes that one data credit pays. */
export const BYTES_PER_DC = 24;
/** USD per DC is 10^-5, so one US dollar is 100,000 DC. */
export const DC_PER_USD = 100_000n;

export const dbm = (value: number): Dbm => value as Dbm;
export const db = (value: number): Db => value as Db;
export const hertz = (value: number): Hertz => value as Hertz;
export const milliseconds = (value: number): Milliseconds => value as Milliseconds;
export const motes = (value: bigint): Motes => value as Motes;
export const dc = (value: bigint): Dc => value as Dc;
export const microUsd = (value: number): MicroUsd => value as MicroUsd;
export const height = (value: number): Height => value as Height;
export const dataRate = (value: string): DataRate => value as DataRate;
/** Whole tokens as motes. */
export const tokens = (value: number | bigint): Motes => (BigInt(value) * MOTES_PER_TOKEN) as Motes;

/** Ends a `switch` over a union: reaching it is a bug. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}

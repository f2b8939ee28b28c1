/** MQTT topics of the network, and which relays carry what. All begin with `kd/`. */

import { compareBytes, toHex } from "../bytes/bytes.ts";
import { sha256 } from "../bytes/hash.ts";
import { addressBytes, compareAddresses } from "../identity/address.ts";
import type { Address } from "../units.ts";

/** Relays that carry one topic or receiver's messages, where there are that many. */
export const RELAYS_PER_KEY = 3;
/** Bytes of SHA-256(payload) that name the topic of its reports. */
const TOPIC_HASH_BYTES = 8;

/** What is sent to a hotspot through relays. */
export type ToKind = "order" | "ack" | "receipt";

/** Where witnesses of a beacon's payload (51 bytes) post, and its challenger listens. */
export function reportTopic(payload: Uint8Array): string {
  return reportTopicOfHash(sha256(payload));
}

/** The same from the payload's hash. */
export function reportTopicOfHash(payloadHash: Uint8Array): string {
  return `kd/report/${toHex(payloadHash.subarray(0, TOPIC_HASH_BYTES))}`;
}

/** Where a hotspot listens for messages of that kind. */
export function toTopic(address: Address, kind: ToKind): string {
  return `kd/to/${address}/${kind}`;
}

/** Hotspot to router, on the router's broker. */
export function hotspotToRouterTopic(router: Address, hotspot: Address): string {
  return `kd/up/${router}/${hotspot}`;
}

/** Router to hotspot, on the router's broker. */
export function routerToHotspotTopic(router: Address, hotspot: Address): string {
  return `kd/down/${hotspot}/${router}`;
}

/** Filter by which a router hears all its hotspots. */
export function routerFilter(router: Address): string {
  return `kd/up/${router}/+`;
}

/**
 * Up to three of the relays (of their operators' addresses), the same for everyone who asks with
 * the same key: a topic's UTF-8 bytes for reports, else the receiver's 33 address bytes. Each relay
 * is ranked by its own hash with the key, so that one that comes or goes moves only its own share.
 */
export function relaysFor(relays: readonly Address[], key: Uint8Array): Address[] {
  return relays
    .map((relay) => ({ relay, rank: sha256(key, addressBytes(relay)) }))
    .sort((a, b) => compareBytes(a.rank, b.rank) || compareAddresses(a.relay, b.relay))
    .slice(0, RELAYS_PER_KEY)
    .map(({ relay }) => relay);
}

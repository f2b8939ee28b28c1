/** The router's half of the handshake: a signed welcome, and the session that follows from both. */
import type { Clock, Random } from "@katydid/platform";
import {
  addressBytes,
  encodeMessage,
  ephemeralKeyPair,
  type Hello,
  messageHash,
  type RegionPlan,
  routerToHotspotTopic,
  type Signer,
  sessionKey,
  signMessage,
  tryRegionPlan,
} from "@katydid/protocol";
import type { ChannelBook } from "../payment/channel-book.ts";
import { type HotspotFacts, type HotspotLink, RecentReceptions } from "./hotspot-link.ts";

export interface HelloAnswer {
  readonly signer: Signer;
  readonly chainId: string;
  readonly clock: Clock;
  readonly random: Random;
  /** For hotspots whose hello names no region that this version knows. */
  readonly region: RegionPlan;
  /** Its signature holds. */
  readonly hello: Hello;
  readonly facts: HotspotFacts;
  /** What the session buys on; undefined: nothing can be bought now. */
  readonly book: ChannelBook | undefined;
}

/** A new session; undefined where the hello's key is of small order. */
export function answerHello(input: HelloAnswer): HotspotLink | undefined {
  const { signer, chainId, clock, random, region, hello, facts, book } = input;
  const own = ephemeralKeyPair(random.bytes(32));
  const helloHash = messageHash(hello);
  const welcome = signMessage({
    chainId,
    signer,
    body: {
      kind: "welcome",
      router: signer.address,
      hotspot: hello.hotspot,
      ephemeralKey: own.publicKey,
      helloHash,
      ...(book === undefined ? {} : { channel: book.id }),
    },
  });
  const key = sessionKey({ own, peerPublic: hello.ephemeralKey, hello, welcome });
  if (key === undefined) return undefined;
  return {
    address: hello.hotspot,
    addressBytes: addressBytes(hello.hotspot),
    facts,
    plan: tryRegionPlan(hello.region) ?? region,
    topic: routerToHotspotTopic(signer.address, hello.hotspot),
    key,
    helloHash,
    helloSentAt: hello.sentAt,
    welcome: encodeMessage(welcome),
    book,
    sequenceIn: 0,
    sequenceOut: 0,
    receptions: new RecentReceptions(),
    lastHeardAt: clock.now(),
  };
}

/**
 * A router whose host changes what it says: to hotspots, inside its own sessions, and to the ledger
 * when it closes channels. The host has the router's randomness, so it has the keys of its sessions.
 */
import type { ChannelView } from "@katydid/ledger/client";
import type { Random } from "@katydid/platform";
import {
  type Address,
  BoundedMap,
  type CloseChannel,
  decodeMessage,
  encodeMessage,
  ephemeralKeyPair,
  equalBytes,
  type Hello,
  type Message,
  messageHash,
  openEnvelope,
  type RouterMessage,
  type SessionKey,
  sealEnvelope,
  sessionKey,
  toHex,
  type Welcome,
} from "@katydid/protocol";
import type { Gang, RouterParts } from "../strategy.ts";
import { wrapBus } from "./wrapped-bus.ts";
import { editing, wrapLedger } from "./wrapped-ledger.ts";

export interface RouterPlan {
  /** What the hotspot is told instead, in this order. Left out: all as it is. */
  readonly say?: (message: RouterMessage, hotspot: Address) => readonly RouterMessage[];
  /** How a channel is closed; undefined: not at all. Left out: as it is. */
  readonly close?: (body: CloseChannel) => CloseChannel | undefined;
  /** What the router is told of its channels. */
  readonly channel?: (view: ChannelView) => ChannelView;
}

/** Sessions, and hellos that may begin one. */
const SESSIONS_MAX = 4096;
/** A welcome follows at once on the draw of its key. */
const DRAWS_MAX = 8;
const KEY_BYTES = 32;
const DOWN = "kd/down/";

export function cheatingRouter(
  parts: RouterParts,
  { gang, plan }: { readonly gang: Pick<Gang, "chainId" | "params">; readonly plan: RouterPlan },
): RouterParts {
  const { chainId, params } = gang;
  const { say, close, channel } = plan;
  const submit = editing({
    ...{ chainId, params, signer: parts.key },
    edit: (body) => (body.kind === "close-channel" && close !== undefined ? close(body) : body),
  });
  const ledger = wrapLedger(parts.ledger, {
    ...(close !== undefined && { submit }),
    ...(channel !== undefined && { channel }),
  });
  if (say === undefined) return { ...parts, ledger };
  const sessions = new RouterSessions(say);
  return {
    ...parts,
    ledger,
    random: sessions.over(parts.random),
    bus: wrapBus(parts.bus, {
      publish: (topic, payload) => sessions.outgoing(topic, payload),
      receive: (_topic, payload) => {
        sessions.incoming(payload);
        return true;
      },
    }),
  };
}

interface Session {
  readonly key: SessionKey;
  readonly helloHash: Uint8Array;
  sequence: number;
}

class RouterSessions {
  readonly #say: NonNullable<RouterPlan["say"]>;
  readonly #hellos = new BoundedMap<string, Hello>(SESSIONS_MAX);
  readonly #sessions = new BoundedMap<Address, Session>(SESSIONS_MAX);
  #draws: Uint8Array[] = [];

  constructor(say: NonNullable<RouterPlan["say"]>) {
    this.#say = say;
  }

  /** The same randomness, with what may be keys remembered. */
  over(random: Random): Random {
    return {
      bytes: (count) => {
        const drawn = random.bytes(count);
        if (count === KEY_BYTES) this.#draws = [drawn.slice(), ...this.#draws].slice(0, DRAWS_MAX);
        return drawn;
      },
      below: (bound) => random.below(bound),
      unit: () => random.unit(),
      stream: (name) => random.stream(name),
    };
  }

  incoming(payload: Uint8Array): void {
    if (payload.length === 0 || payload[0] === 0) return;
    const message = tryDecode(payload);
    if (message?.kind === "hello") this.#hellos.set(toHex(messageHash(message)), message);
  }

  outgoing(topic: string, payload: Uint8Array): readonly Uint8Array[] {
    if (!topic.startsWith(DOWN) || payload.length === 0) return [payload];
    const hotspot = topic.slice(DOWN.length).split("/")[0] as Address;
    if (payload[0] !== 0) {
      const message = tryDecode(payload);
      if (message?.kind === "welcome") this.#begin(hotspot, message);
      return [payload];
    }
    const session = this.#sessions.get(hotspot);
    if (session === undefined) throw new Error("an envelope outside of every session");
    const { key } = session;
    const opened = openEnvelope({ key, direction: "to-hotspot", bytes: payload });
    if (opened === undefined) throw new Error("an envelope that its own router cannot open");
    const message = decodeMessage(opened.message) as RouterMessage;
    return this.#say(message, hotspot).map((said) => {
      session.sequence++;
      const { sequence } = session;
      const bytes = encodeMessage(said);
      return sealEnvelope({ key, direction: "to-hotspot", sequence, message: bytes });
    });
  }

  #begin(hotspot: Address, welcome: Welcome): void {
    const { helloHash } = welcome;
    const known = this.#sessions.get(hotspot);
    // The same welcome once more: the session goes on.
    if (known !== undefined && equalBytes(known.helloHash, helloHash)) return;
    const hello = this.#hellos.get(toHex(helloHash));
    const own = this.#draws
      .map(ephemeralKeyPair)
      .find(({ publicKey }) => equalBytes(publicKey, welcome.ephemeralKey));
    if (hello === undefined || own === undefined) throw new Error("a welcome to nobody");
    const key = sessionKey({ own, peerPublic: hello.ephemeralKey, hello, welcome });
    if (key === undefined) throw new Error("the router welcomed a key of small order");
    this.#sessions.set(hotspot, { key, helloHash, sequence: 0 });
  }
}

function tryDecode(bytes: Uint8Array): Message | undefined {
  try {
    return decodeMessage(bytes);
  } catch {
    return undefined;
  }
}

/** A close that owes nobody anything, by its own words. */
export function owingNothing(body: CloseChannel): CloseChannel {
  return { ...body, summaries: [] };
}

/** Decisions on data that were bought are joins where they cost nothing: devices must be let in. */
export function isPurchase(message: RouterMessage): boolean {
  if (message.kind !== "decision" || message.outcome.kind !== "bought") return false;
  return message.outcome.dc > 0n;
}

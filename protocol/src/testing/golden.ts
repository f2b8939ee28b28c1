/** Golden vectors of our own formats, as fixtures/*.json keep them. fixtures/make.ts rewrites them. */

import { toHex, utf8 } from "../bytes/bytes.ts";
import { addressBytes } from "../identity/address.ts";
import { ephemeralKeyPair } from "../identity/agreement.ts";
import { claimText, claimWords } from "../identity/claim.ts";
import { createLoginToken } from "../identity/login-token.ts";
import { hotspotName } from "../identity/names.ts";
import type { Claim, Hello, Order, SignedReport, Welcome } from "../messages/message.ts";
import { encodeMessage, type MessageKind, messageHash } from "../messages/message-codec.ts";
import { sealOrder, sealReport } from "../messages/seal.ts";
import { sealEnvelope, sessionKey } from "../messages/session.ts";
import { relaysFor, reportTopic } from "../messages/topics.ts";
import { mainParams } from "../params.ts";
import { buildEuiFilter } from "../radio/eui-filter.ts";
import { signersOf } from "../transactions/signers.ts";
import { encodeTransaction } from "../transactions/transaction-codec.ts";
import {
  feeOf,
  signedBytes,
  signTransaction,
  transactionId,
} from "../transactions/transaction-signing.ts";
import { milliseconds } from "../units.ts";
import {
  sampleChainId as chainId,
  messageSamples,
  sampleBytes,
  sampleKey,
  transactionSamples,
} from "./samples.ts";

const PEOPLE = ["owner", "hotspot", "witness", "router"].map(sampleKey);
const NOTE =
  "Bytes in hex, amounts as decimal strings. A seed or other fixed value is SHA-256 of `katydid sample NAME`.";

/** As JSON knows it: bytes in hex, bigint in decimal. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

export function messageVectors(): unknown {
  const cases = messageSamples.map((message) => ({
    message: plain(message),
    bytes: toHex(encodeMessage(message)),
    hash: toHex(messageHash(message)),
  }));
  return { note: NOTE, chainId, cases };
}

export function transactionVectors(): unknown {
  const cases = transactionSamples.map((body) => {
    const transaction = signTransaction({ chainId, body, signers: PEOPLE });
    return {
      body: plain(body),
      id: toHex(transactionId({ chainId, body })),
      signers: signersOf(body),
      leastFeeDc: plain(feeOf({ params: mainParams, body, bytes: signedBytes(body) })),
      bytes: toHex(encodeTransaction(transaction)),
    };
  });
  return { note: NOTE, chainId, cases };
}

export function formatVectors(): unknown {
  const pairs = Array.from({ length: 50 }, (_, i) => ({ joinEui: 7n, devEui: BigInt(i) }));
  return {
    note: NOTE,
    addresses: PEOPLE.map(({ address, seed }) => ({
      seed: toHex(seed),
      bytes: toHex(addressBytes(address)),
      address,
      name: hotspotName(address),
    })),
    order: plain(
      sealOrder({
        order: sampleOf("order") as Order,
        ephemeral: ephemeralKeyPair(sampleBytes("order ephemeral")),
      }),
    ),
    report: plain(
      sealReport({
        report: sampleOf("report") as SignedReport,
        payload: sampleBytes("payload"),
        random24: sampleBytes("salt").subarray(0, 24),
      }),
    ),
    envelope: plain(envelope()),
    claim: { text: claimText(claim()), words: claimWords(claim()).split("\n") },
    euiFilter: { note: "JoinEUI 7, DevEUI 0 to 49", bytes: plain(buildEuiFilter(pairs)) },
    loginToken: createLoginToken({
      signer: sampleKey("hotspot"),
      chainId,
      now: milliseconds(1_790_000_000_000),
    }),
    reportTopic: reportTopic(sampleBytes("payload")),
    relaysFor: relaysFor(
      PEOPLE.map(({ address }) => address),
      utf8(reportTopic(sampleBytes("payload"))),
    ),
  };
}

function sampleOf(kind: MessageKind): unknown {
  return messageSamples.find((message) => message.kind === kind);
}

function claim(): Claim {
  return sampleOf("claim") as Claim;
}

function envelope(): Uint8Array {
  const own = ephemeralKeyPair(sampleBytes("session ephemeral"));
  const peerPublic = ephemeralKeyPair(sampleBytes("session peer")).publicKey;
  const hello = sampleOf("hello") as Hello;
  const welcome = sampleOf("welcome") as Welcome;
  const key = sessionKey({ own, peerPublic, hello, welcome });
  if (key === undefined) return new Uint8Array(0);
  const message = encodeMessage(messageSamples[7] as (typeof messageSamples)[number]);
  return sealEnvelope({ key, direction: "to-router", sequence: 66_051, message });
}

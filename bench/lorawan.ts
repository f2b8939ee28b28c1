/**
 * Frames per second: parse, check the MIC and decipher an uplink of 24 bytes, beside the npm package
 * lora-packet in the same run. One line of JSON. `node bench/lorawan.ts`
 */
import {
  buildDataFrame,
  checkDataMic,
  decryptPayload,
  type LorawanKeys,
  parseFrame,
} from "@katydid/protocol";
import loraPacket from "lora-packet";

// A CommonJS module whose typings say `export default`: what is imported is what they call default.
const { decrypt, fromWire, verifyMIC } = loraPacket as unknown as typeof loraPacket.default;

const DEVICES = 100;
const ROUND_MS = 500;
const ROUNDS = 5;

interface Sample {
  readonly phyPayload: Uint8Array;
  readonly keys: LorawanKeys;
  readonly fCnt32: number;
}

const samples: readonly Sample[] = Array.from({ length: DEVICES }, (_, device) => {
  const keys = {
    nwkSKey: Uint8Array.from({ length: 16 }, (_, index) => index * 7 + device),
    appSKey: Uint8Array.from({ length: 16 }, (_, index) => index * 11 + device),
  };
  const payload = Uint8Array.from({ length: 11 }, (_, index) => index + device);
  const fCnt32 = device;
  const phyPayload = buildDataFrame({
    direction: "up",
    devAddr: 0x48000000 + device,
    fCnt32,
    keys,
    fPort: 2,
    payload,
  });
  return { phyPayload, keys, fCnt32 };
});

const buffers = samples.map(({ phyPayload, keys }) => ({
  wire: Buffer.from(phyPayload),
  nwkSKey: Buffer.from(keys.nwkSKey),
  appSKey: Buffer.from(keys.appSKey),
}));

function ours(index: number): number {
  const { phyPayload, keys, fCnt32 } = samples[index % DEVICES] as Sample;
  const frame = parseFrame(phyPayload);
  if (frame.kind !== "data-up" || !checkDataMic({ phyPayload, nwkSKey: keys.nwkSKey, fCnt32 })) {
    throw new Error("a frame of our own does not hold");
  }
  return decryptPayload({ frame, keys, fCnt32 }).length;
}

function theirs(index: number): number {
  const { wire, nwkSKey, appSKey } = buffers[index % DEVICES] as (typeof buffers)[number];
  const frame = fromWire(wire);
  if (!verifyMIC(frame, nwkSKey)) throw new Error("their MIC does not hold");
  return decrypt(frame, appSKey, nwkSKey).length;
}

/** Calls per second over one round. */
function rate(work: (index: number) => number): number {
  const started = performance.now();
  let done = 0;
  let elapsedMs = 0;
  while (elapsedMs < ROUND_MS) {
    for (let i = 0; i < DEVICES; i++) work(done++);
    elapsedMs = performance.now() - started;
  }
  return (done * 1000) / elapsedMs;
}

/** Interleaved, and the median of each: neither gets the quiet minute. */
const rounds = Array.from({ length: ROUNDS }, () => ({ ours: rate(ours), theirs: rate(theirs) }));
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[ROUNDS >> 1] ?? 0;
const oursPerSecond = Math.round(median(rounds.map((round) => round.ours)));
const theirsPerSecond = Math.round(median(rounds.map((round) => round.theirs)));
console.log(
  JSON.stringify({
    bench: "lorawan",
    what: "parse, MIC and decipher a 24-byte uplink; 100 devices",
    framesPerSecond: oursPerSecond,
    loraPacketPerSecond: theirsPerSecond,
    ratio: Number((oursPerSecond / theirsPerSecond).toFixed(1)),
  }),
);

/**
 * MAC commands of uplinks (LoRaWAN L2 1.0.4 §5): two questions are answered, what else is known is
 * skipped by its length, and at the first unknown command reading stops, since its length is unknown
 * too. The router sets no parameters of a device, so it expects no answers.
 */

/** Bytes after the command's identifier, of what a device may send. */
const LENGTHS: ReadonlyMap<number, number> = new Map([
  [0x02, 0], // LinkCheckReq
  [0x03, 1], // LinkADRAns
  [0x04, 0], // DutyCycleAns
  [0x05, 1], // RXParamSetupAns
  [0x06, 2], // DevStatusAns
  [0x07, 1], // NewChannelAns
  [0x08, 0], // RXTimingSetupAns
  [0x09, 0], // TXParamSetupAns
  [0x0a, 1], // DlChannelAns
  [0x0d, 0], // DeviceTimeReq
  [0x10, 1], // PingSlotInfoReq
  [0x11, 1], // PingSlotChannelAns
  [0x13, 1], // BeaconFreqAns
]);
const LINK_CHECK = 0x02;
const DEVICE_TIME = 0x0d;

export interface MacFacts {
  /** Best of the copies, dB above what its data rate needs. */
  readonly marginDb: number;
  /** Hotspots that brought a copy. */
  readonly hotspots: number;
  /** End of the uplink, ms since 1970 UTC. */
  readonly receivedAt: number;
}

/** Answers for FOpts of the downlink, at most 8 bytes; no bytes where nothing was asked. */
export function answerMacCommands(commands: Uint8Array, facts: MacFacts): Uint8Array {
  const answers: number[] = [];
  const asked = new Set<number>();
  for (let at = 0; at < commands.length; ) {
    const command = commands[at] ?? 0;
    const length = LENGTHS.get(command);
    if (length === undefined) break;
    // The same question twice gets one answer, or FOpts could overflow.
    if (!asked.has(command)) answers.push(...answer(command, facts));
    asked.add(command);
    at += 1 + length;
  }
  return Uint8Array.from(answers);
}

function answer(command: number, facts: MacFacts): readonly number[] {
  switch (command) {
    case LINK_CHECK:
      return [LINK_CHECK, clamp(facts.marginDb, 254), Math.max(1, clamp(facts.hotspots, 255))];
    case DEVICE_TIME:
      return [DEVICE_TIME, ...gpsTime(facts.receivedAt)];
    default:
      return [];
  }
}

const clamp = (value: number, most: number): number =>
  Math.max(0, Math.min(most, Math.round(value)));

/** 1980-01-06T00:00:00Z, seconds. */
const GPS_EPOCH_SECONDS = 315_964_800;
/** GPS time is ahead of UTC by the leap seconds since then: 18 since 2017 (IERS Bulletin C). */
const LEAP_SECONDS = 18;

/** Seconds u32 LE and 1/256 seconds u8 (L2 1.0.4 §5.10). */
function gpsTime(unixMs: number): readonly number[] {
  const seconds = Math.floor(unixMs / 1000) - GPS_EPOCH_SECONDS + LEAP_SECONDS;
  const fraction = Math.floor(((unixMs % 1000) * 256) / 1000);
  return [0, 8, 16, 24].map((shift) => (seconds >>> shift) & 0xff).concat(fraction);
}

/** What a device measures and when: the part above LoRaWAN. */
import type { Milliseconds } from "@katydid/protocol";
import type { Point } from "../air/geometry.ts";

export interface DeviceProgram {
  readonly fPort: number;
  /** Between two reports, milliseconds of the device's clock. */
  readonly periodMs: number;
  /** Where it is; asked with times that do not go back. */
  pointAt(nowMs: Milliseconds): Point;
  /** What it reports; asked once a report. */
  report(nowMs: Milliseconds): Uint8Array;
}

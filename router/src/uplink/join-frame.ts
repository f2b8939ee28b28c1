/** A join request that was accepted and may still be heard by other hotspots. */
import type { DeviceEntry } from "../device.ts";
import type { Transmission } from "./frame.ts";

export interface JoinFrame extends Transmission {
  readonly entry: DeviceEntry;
  readonly devNonce: number;
}

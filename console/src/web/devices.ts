/** The owner's devices, as the router serves them to whoever has the owner's token. */
import { ownerToken } from "./token.ts";
import { type Loaded, useJson } from "./use-json.ts";

export interface FixJson {
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracyMeters?: number;
  readonly at: number;
}

export interface DeviceJson {
  readonly devEui: string;
  readonly name: string;
  readonly kind: string;
  readonly lastSeenAt?: number;
  readonly lastFix?: FixJson;
  readonly batteryVolts?: number;
  readonly batteryPercent?: number;
  readonly packets: number;
  readonly spentDc: string;
}

export interface TrailJson {
  readonly items: readonly (FixJson & { readonly rssiDbm?: number; readonly hotspot?: string })[];
}

export interface Devices {
  readonly items: readonly DeviceJson[];
  readonly problem: string | undefined;
}

export function useDevices(): Devices {
  const loaded: Loaded<{ items: readonly DeviceJson[] }> = useJson("router/v1/devices", 3000);
  if (loaded.state === "ready") return { items: loaded.value.items, problem: undefined };
  if (loaded.state === "loading") return { items: NONE, problem: undefined };
  return {
    items: NONE,
    problem:
      ownerToken() === undefined
        ? "Devices are private: open the page by the link that the start printed; it carries the owner's token."
        : loaded.message,
  };
}

const NONE: readonly DeviceJson[] = [];

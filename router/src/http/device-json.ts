/** A device as its owner sees it: never a key. */
import { devAddrText } from "@katydid/protocol";
import { batteryPercentOf } from "../codec/decode-payload.ts";
import type { Router } from "../contract.ts";
import type { DeviceEntry } from "../device.ts";

type Shown = Pick<Router, "clock" | "statuses" | "downlinks">;

export function deviceJson(router: Shown, entry: DeviceEntry): Record<string, unknown> {
  const { device, session } = entry;
  const { appKey: _secret, ...facts } = device;
  const status = router.statuses.of(device.devEui);
  const volts = status?.batteryVolts;
  const fix = status?.lastFix;
  return {
    ...facts,
    ...(session === undefined ? {} : { devAddr: devAddrText(session.devAddr) }),
    ...(entry.lastSeenAt === 0 ? {} : { lastSeenAt: entry.lastSeenAt }),
    ...(fix === undefined ? {} : { lastFix: { ...fix, ageMs: router.clock.now() - fix.at } }),
    ...(volts === undefined
      ? {}
      : { batteryVolts: volts, batteryPercent: batteryPercentOf(volts) }),
    packets: entry.packets,
    spentDc: String(entry.dc),
    hotspots: status?.hotspots ?? [],
    queueLength: router.downlinks.of(device.devEui).length,
  };
}

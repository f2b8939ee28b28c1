/** How a router, a hotspot and devices come into a network, as their owners do it. */
import { type Address, cellAt, db, parseClaim } from "@katydid/protocol";
import { type CodecName, ROUTER_PREFIX } from "@katydid/router";
import type { TestNetwork } from "./network.ts";
import { frames } from "./recording.ts";

/** Four slabs of 8 addresses: 48000000 to 4800001f, where the recorded devices are. */
const SLABS = 4;
/** The recording is from EU868, so the hotspot is in Amsterdam. */
const CELL = cellAt({ latDegrees: 52.3731, lngDegrees: 4.8926 }, 12);

const codecs: Readonly<Record<string, CodecName>> = {
  collar: "cayenne-lpp",
  sensor: "cayenne-lpp",
  oyster: "none",
};
/** ABP devices have an EUI on their label only: the recording does not know it. */
export const devEuis: Readonly<Record<string, string>> = {
  collar: "70b3d57ed0000011",
  oyster: "70b3d57ed0000012",
  sensor: "70b3d57ed000001a",
};

/** The router's owner registers it, the operator its broker as a relay. */
export async function registerRouter({ send, keys, broker }: TestNetwork): Promise<void> {
  const { routerOwner, router, operator } = keys;
  const endpoints = [broker.url];
  await Promise.all([
    send(
      routerOwner,
      { kind: "register-router", router: router.address, endpoints, slabs: SLABS },
      { cosigners: [router] },
    ),
    send(operator, { kind: "register-relay", url: broker.url }),
  ]);
}

/** The owner adds the hotspot by the claim that it shows, and says where it is. */
export async function addHotspot({ send, keys }: TestNetwork, shown: string): Promise<void> {
  const claim = parseClaim(shown);
  const { hotspot, owner, nonceHash } = claim;
  await send(keys.hotspotOwner, { kind: "add-hotspot", hotspot, owner, nonceHash }, { claim });
  const place = { cell: CELL, gainDbi: db(3), elevationMeters: 20 };
  await send(keys.hotspotOwner, { kind: "assert-location", hotspot, ...place });
}

/** The recorded devices, over the router's HTTP interface. */
export async function addDevices({ url, token }: { url: string; token: string }): Promise<void> {
  const { devEui, joinEui, appKey } = frames.otaaDevice;
  const abp = frames.abpDevices.map(({ name, ...keys }) => ({
    name,
    devEui: devEuis[name],
    codec: codecs[name],
    activation: { kind: "abp", ...keys },
  }));
  const otaa = { name: "newcomer", devEui, joinEui, activation: { kind: "otaa", appKey } };
  for (const device of [...abp, otaa]) {
    const response = await fetch(`${url}${ROUTER_PREFIX}/devices`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(device),
    });
    if (response.status !== 201) throw new Error(`${device.name}: ${await response.text()}`);
  }
}

/** Resolves when hotspots can route to the router and it can pay them. */
export async function untilReady(
  { events, keys }: TestNetwork,
  hotspot: Address,
): Promise<{ readonly channel: Uint8Array }> {
  const router = keys.router.address;
  await events.first((event) => event.kind === "hotspot-changed" && isLocated(event.hotspot));
  await events.first(
    (event) =>
      event.kind === "router-changed" &&
      event.router.address === router &&
      event.router.filter.length > 0,
  );
  return events.until((items) => {
    for (const event of items) {
      if (event.kind === "channel-changed" && event.channel.router === router) {
        return { channel: event.channel.id };
      }
    }
    return undefined;
  });

  function isLocated({ address, cell }: { address: Address; cell?: unknown }): boolean {
    return address === hotspot && cell !== undefined;
  }
}

/** What the page shows beside the map, as the link's fragment has it: `#/hotspot/ADDRESS`. */
import { useEffect, useState } from "react";

export type Route =
  | { readonly kind: "network" }
  | { readonly kind: "hotspots" }
  | { readonly kind: "devices" }
  | { readonly kind: "live" }
  | { readonly kind: "hex"; readonly cell: string }
  | { readonly kind: "hotspot"; readonly address: string }
  | { readonly kind: "device"; readonly devEui: string };

export function parseRoute(hash: string): Route {
  const [, kind, value] = hash.replace(/^#/, "").split("/");
  const named = value === undefined ? "" : decodeURIComponent(value);
  switch (kind) {
    case "hotspots":
    case "devices":
    case "live":
      return { kind };
    case "hex":
      return { kind, cell: named };
    case "hotspot":
      return { kind, address: named };
    case "device":
      return { kind, devEui: named };
    default:
      return { kind: "network" };
  }
}

export const linkTo = {
  hex: (cell: string) => `#/hex/${cell}`,
  hotspot: (address: string) => `#/hotspot/${address}`,
  device: (devEui: string) => `#/device/${devEui}`,
};

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(window.location.hash));
  useEffect(() => {
    const changed = () => setRoute(parseRoute(window.location.hash));
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, []);
  return route;
}

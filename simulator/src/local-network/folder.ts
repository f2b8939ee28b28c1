/**
 * The folder of a network on one machine: secrets (mode 0600), what it started from, and its
 * stores. A second start resumes from it.
 */
import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { loadOrMakeKey } from "@katydid/hotspot-agent";
import { Fault, makeFolder, systemRandom } from "@katydid/platform";
import { type KeyPair, toHex } from "@katydid/protocol";

/** Raised when something in the folder changes its meaning: an older folder is then refused. */
const FORMAT = "katydid local network 1";

/** What was decided at the first start. Ports may change from start to start, these may not. */
export interface Beginning {
  readonly format: string;
  readonly chainId: string;
  /** Time of genesis, ms since 1970. */
  readonly startedAt: number;
  /** Of places, walks and shadowing. */
  readonly seed: string;
  readonly hotspots: number;
  readonly collars: number;
  readonly sensors: number;
}

/** @throws Fault `folder-unwritable`, with what to do. */
export function openFolder(path: string): void {
  try {
    makeFolder({ path, mode: 0o700 });
    accessSync(path, constants.W_OK | constants.X_OK);
    // Root passes every mode: only a write tells of a read-only file system.
    const probe = join(path, ".writable");
    writeFileSync(probe, "", { mode: 0o600 });
    unlinkSync(probe);
  } catch (cause) {
    const advice = `Cannot write to ${path}: make it writable, or choose another folder with --data.`;
    throw new Fault({ code: "folder-unwritable", path, advice }, { cause });
  }
}

/** @throws Fault `store-version` for a folder of another version, `folder-damaged`. */
export function readBeginning(folder: string): Beginning | undefined {
  const path = join(folder, "network-start.json");
  if (!existsSync(path)) return undefined;
  const fault = (code: string, says: string) =>
    new Fault({ code, path, advice: `${says}: move ${folder} away to start anew.` });
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw fault("folder-damaged", `${path} is damaged`);
  }
  const format = typeof found === "object" && found !== null && "format" in found && found.format;
  if (typeof format === "string" && format !== FORMAT) {
    throw fault("store-version", `${folder} is of another version ("${format}", here "${FORMAT}")`);
  }
  if (!isBeginning(found)) throw fault("folder-damaged", `${path} is damaged`);
  return found;
}

function isBeginning(found: unknown): found is Beginning {
  if (typeof found !== "object" || found === null) return false;
  const fields = new Map<string, unknown>(Object.entries(found));
  return (
    ["format", "chainId", "seed"].every((name) => typeof fields.get(name) === "string") &&
    ["startedAt", "hotspots", "collars", "sensors"].every((name) =>
      Number.isSafeInteger(fields.get(name)),
    )
  );
}

export function writeBeginning(
  folder: string,
  facts: Pick<Beginning, "startedAt" | "hotspots" | "collars" | "sensors">,
): Beginning {
  const seed = toHex(systemRandom.bytes(8));
  const beginning = {
    format: FORMAT,
    chainId: `katydid-local-${seed.slice(0, 8)}`,
    seed,
    ...facts,
  };
  writeSecret(join(folder, "network-start.json"), `${JSON.stringify(beginning, undefined, 1)}\n`);
  return beginning;
}

/** Owner-only, even where the file is no secret: nobody else has business here. */
export function writeSecret(path: string, text: string): void {
  // Renamed into place: a start that is cut off leaves the old file or the new one, never a half.
  const beside = `${path}.new`;
  writeFileSync(beside, text, { mode: 0o600 });
  renameSync(beside, path);
}

export function readSecret(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
}

export interface LocalKeys {
  /** Of whoever started the network: owns the first hotspots and all devices. */
  readonly owner: KeyPair;
  readonly faucet: KeyPair;
  /** Runs relay and router. */
  readonly operator: KeyPair;
  readonly producer: KeyPair;
  /** Secret that the producer's hash chains come from. */
  readonly chainSeed: Uint8Array;
  readonly router: KeyPair;
  /** Own the other hotspots. */
  readonly patrons: readonly KeyPair[];
  readonly hotspots: readonly KeyPair[];
}

/** Hotspots of one patron: enthusiasts place several. */
const HOTSPOTS_PER_PATRON = 6;

export function localKeys(folder: string, { hotspots }: { readonly hotspots: number }): LocalKeys {
  const key = (name: string) =>
    loadOrMakeKey({ path: join(folder, `${name}.key`), random: systemRandom });
  const several = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) => key(`${name}/${index}`));
  return {
    owner: key("owner"),
    faucet: key("faucet"),
    operator: key("operator"),
    producer: key("producer"),
    chainSeed: key("chain").seed,
    router: key("router"),
    patrons: several("patrons", Math.ceil(hotspots / HOTSPOTS_PER_PATRON)),
    hotspots: several("hotspots", hotspots),
  };
}

/** Who owns the hotspot of that number: the first few are the starter's own. */
export function ownerOf(keys: LocalKeys, index: number): KeyPair {
  if (index < OWN_HOTSPOTS) return keys.owner;
  return keys.patrons[Math.floor(index / HOTSPOTS_PER_PATRON)] ?? keys.owner;
}

const OWN_HOTSPOTS = 3;

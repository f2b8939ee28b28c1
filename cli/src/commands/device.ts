/** `katydid device`: onboard a sensor or a collar, see where it is and what it costs. */
import { readFileSync } from "node:fs";
import { realClock } from "@katydid/platform";
import {
  type Command,
  CommandError,
  columns,
  EXIT,
  type Invocation,
  notFound,
  optionInteger,
  optionText,
  usage,
} from "../command.ts";
import { dataOption, nodeOption } from "../network.ts";
import { routerApi } from "../router-api.ts";

interface Fix {
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracyMeters?: number;
  readonly at: number;
  readonly rssiDbm?: number;
  readonly hotspot?: string;
}
interface DeviceJson {
  readonly devEui: string;
  readonly joinEui: string;
  readonly name: string;
  readonly kind: string;
  readonly devAddr?: string;
  readonly lastSeenAt?: number;
  readonly lastFix?: Fix;
  readonly batteryVolts?: number;
  readonly batteryPercent?: number;
  readonly packets: number;
  readonly spentDc: string;
}
interface Page<T> {
  readonly items: readonly T[];
  readonly cursor?: string;
}

/** What reads a payload, by kind of device. */
const CODECS: Readonly<Record<string, string>> = {
  collar: "collar",
  sensor: "cayenne-lpp",
  other: "none",
};

const add: Command = {
  name: "device add",
  summary: "add a device; keys are made unless given, and shown once",
  arguments: [{ name: "NAME", summary: "what you call it" }],
  options: [
    { flags: "--kind KIND", summary: "collar, sensor (Cayenne LPP) or other", default: "sensor" },
    { flags: "--dev-eui EUI", summary: "16 hex digits, as printed on it; made if absent" },
    { flags: "--join-eui EUI", summary: "16 hex digits; zeros if absent" },
    { flags: "--abp", summary: "personalised instead of joining" },
    {
      flags: "--keys FILE",
      summary: 'JSON {"appKey"} or {"devAddr","nwkSKey","appSKey"}; - reads standard input',
    },
    { flags: "--max-copies COUNT", summary: "copies of each frame to buy, 1 to 20" },
    dataOption,
    nodeOption,
  ],
  run: async (invocation) => {
    const kind = optionText(invocation, "kind") ?? "sensor";
    const codec = CODECS[kind];
    if (codec === undefined)
      throw usage(`--kind takes ${Object.keys(CODECS).join(", ")}, not "${kind}".`);
    const maxCopies = optionInteger(invocation, "maxCopies", { min: 1, max: 20 });
    const devEui = optionText(invocation, "devEui");
    const joinEui = optionText(invocation, "joinEui");
    const { device, keys } = await routerApi<{ device: DeviceJson; keys: Record<string, string> }>(
      invocation,
      {
        method: "POST",
        path: "devices",
        body: {
          name: invocation.arguments[0],
          ...{ kind, codec },
          ...(devEui === undefined ? {} : { devEui }),
          ...(joinEui === undefined ? {} : { joinEui }),
          ...(maxCopies === undefined ? {} : { maxCopies }),
          activation: {
            kind: invocation.options.abp === true ? "abp" : "otaa",
            ...keysOption(invocation),
          },
        },
      },
    );
    const rows = [
      ["DevEUI", device.devEui],
      ["JoinEUI", device.joinEui],
    ];
    // Who brought the keys has them; on a screen they would only be seen by others.
    if (optionText(invocation, "keys") !== undefined) {
      return { json: { device }, lines: [`${device.name} is added.`, ...columns(rows)] };
    }
    for (const [name, value] of Object.entries(keys)) if (name !== "kind") rows.push([name, value]);
    return {
      json: { device, keys },
      lines: [
        `${device.name} is added. Write these into the device now: they are not shown again.`,
        ...columns(rows),
      ],
    };
  },
};

/** Keys come from a file or standard input: an argument would be in the process list and history. */
function keysOption(invocation: Invocation): object {
  const file = optionText(invocation, "keys");
  if (file === undefined) return {};
  let text: string;
  try {
    text = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    const why = error instanceof Error && "code" in error ? error.code : error;
    throw new CommandError(EXIT.failed, `Cannot read the keys from ${file} (${String(why)}).`);
  }
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch {
    // Said below, without the text: it may hold a key.
  }
  throw usage(`${file} is not JSON like {"appKey": "..."}.`);
}

const list: Command = {
  name: "device list",
  summary: "your devices",
  options: [dataOption, nodeOption],
  run: async (invocation) => {
    const items = await allDevices(invocation);
    const rows = items.map((device) => [
      device.name,
      device.devEui,
      device.kind,
      device.lastSeenAt === undefined ? "never heard" : ageText(device.lastSeenAt),
      `${device.packets} packets`,
      `${device.spentDc} DC`,
    ]);
    return { json: { items }, lines: items.length === 0 ? ["None."] : columns(rows) };
  },
};

const show: Command = {
  name: "device show",
  summary: "one device: last fix with its age, battery, cost",
  arguments: [{ name: "DEVICE", summary: "name or DevEUI" }],
  options: [dataOption, nodeOption],
  run: async (invocation) => {
    const device = await findDevice(invocation);
    const { lastFix: fix, batteryVolts: volts, batteryPercent: percent } = device;
    const facts = [
      ["DevEUI", device.devEui],
      ["DevAddr", device.devAddr ?? "not joined"],
      ["last heard", device.lastSeenAt === undefined ? "never" : ageText(device.lastSeenAt)],
      ["last fix", fix === undefined ? "none" : `${placeText(fix)}, ${ageText(fix.at)}`],
      [
        "battery",
        volts === undefined
          ? "-"
          : `${volts.toFixed(2)} V${percent === undefined ? "" : `, ${percent} %`}`,
      ],
      ["packets", String(device.packets)],
      ["cost", `${device.spentDc} DC (${(Number(device.spentDc) / 100_000).toFixed(5)} USD)`],
    ];
    return { json: device, lines: [device.name, ...columns(facts)] };
  },
};

const trail: Command = {
  name: "device trail",
  summary: "where it was, oldest first",
  arguments: [{ name: "DEVICE", summary: "name or DevEUI" }],
  options: [
    { flags: "--limit COUNT", summary: "the newest so many", default: "50" },
    dataOption,
    nodeOption,
  ],
  run: async (invocation) => {
    const limit = optionInteger(invocation, "limit", { min: 1, max: 1000 }) ?? 50;
    const device = await findDevice(invocation);
    const { items } = await routerApi<Page<Fix>>(invocation, {
      method: "GET",
      path: `devices/${device.devEui}/trail?limit=${limit}`,
    });
    const rows = items.map((fix) => [
      new Date(fix.at).toISOString(),
      placeText(fix),
      fix.rssiDbm === undefined ? "" : `${fix.rssiDbm.toFixed(0)} dBm`,
    ]);
    return {
      json: { devEui: device.devEui, items },
      lines: items.length === 0 ? ["No position yet."] : columns(rows),
    };
  },
};

async function allDevices(invocation: Invocation): Promise<DeviceJson[]> {
  const items: DeviceJson[] = [];
  let cursor: string | undefined;
  do {
    const path = `devices?limit=500${cursor === undefined ? "" : `&cursor=${cursor}`}`;
    const page: Page<DeviceJson> = await routerApi(invocation, { method: "GET", path });
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
}

async function findDevice(invocation: Invocation): Promise<DeviceJson> {
  const wanted = (invocation.arguments[0] ?? "").toLowerCase();
  const found = (await allDevices(invocation)).find(
    ({ name, devEui }) => devEui === wanted || name.toLowerCase() === wanted,
  );
  if (found === undefined)
    throw notFound(`You have no device "${wanted}": see \`katydid device list\`.`);
  return found;
}

function ageText(thenMs: number): string {
  const seconds = Math.max(0, Math.round((realClock.now() - thenMs) / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  return seconds < 7200
    ? `${Math.round(seconds / 60)} min ago`
    : `${Math.round(seconds / 3600)} h ago`;
}

function placeText({ latitude, longitude, accuracyMeters }: Fix): string {
  const accuracy = accuracyMeters === undefined ? "" : ` within ${accuracyMeters} m`;
  return `${latitude.toFixed(5)}, ${longitude.toFixed(5)}${accuracy}`;
}

export const deviceCommands: readonly Command[] = [add, list, show, trail];

/** `katydid hotspot`: run one, claim it, place it, look at it. */
import { loadOrMakeKey, runAgent } from "@katydid/hotspot-agent";
import type { HotspotView, LedgerClient } from "@katydid/ledger/client";
import { systemRandom } from "@katydid/platform";
import {
  type Address,
  CLAIM_PREFIX,
  type Claim,
  cellAt,
  DecodeError,
  db,
  hotspotName,
  isCell,
  parseAddress,
  parseClaim,
  parseClaimWords,
} from "@katydid/protocol";
import {
  type Command,
  columns,
  type Invocation,
  jsonText,
  notFound,
  optionInteger,
  optionNumber,
  optionText,
  usage,
} from "../command.ts";
import { endOfProcess } from "../end-of-process.ts";
import {
  addressArgument,
  commitOption,
  dataOption,
  nodeOption,
  nodeUrl,
  openClient,
  openWallet,
  proposeTransaction,
  tokensText,
  walletOption,
} from "../network.ts";

/** The text of a claim, or its words. */
function claimArgument(text: string): Claim {
  try {
    return text.trim().startsWith(CLAIM_PREFIX) ? parseClaim(text) : parseClaimWords(text);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw usage(`That is no claim (${error.code}, ${error.field}): copy the whole of it.`);
  }
}

/** Resolution of an asserted location (protocol.md section 2). */
const LOCATION_RESOLUTION = 12;

const add: Command = {
  name: "hotspot add",
  summary: "take a hotspot into your ownership by the claim that it shows",
  arguments: [{ name: "CLAIM", summary: "the text of its QR code (katydid:claim:...)" }],
  options: [commitOption, walletOption, dataOption, nodeOption],
  run: async (invocation) => {
    const claim = claimArgument(invocation.arguments[0] ?? "");
    const wallet = openWallet(invocation);
    if (claim.owner !== wallet.address) {
      throw usage(
        `That claim is made out to ${claim.owner}, and this wallet is ${wallet.address}.`,
      );
    }
    await using client = openClient(invocation);
    return await proposeTransaction({
      invocation,
      client,
      signer: wallet,
      body: {
        kind: "add-hotspot",
        hotspot: claim.hotspot,
        owner: wallet.address,
        nonceHash: claim.nonceHash,
      },
      claim,
      says: `add ${hotspotName(claim.hotspot)} and put up its bond (40 USD)`,
    });
  },
};

const locate: Command = {
  name: "hotspot locate",
  summary: "assert where a hotspot stands",
  arguments: [{ name: "HOTSPOT", summary: "address or three-word name" }],
  options: [
    { flags: "--cell CELL", summary: "H3 cell of resolution 12" },
    { flags: "--latitude DEGREES", summary: "instead of a cell" },
    { flags: "--longitude DEGREES", summary: "instead of a cell" },
    { flags: "--gain DBI", summary: "antenna gain less cable loss, 0 to 15 dBi", default: "1.2" },
    { flags: "--elevation METERS", summary: "height of the antenna over ground", default: "5" },
    commitOption,
    walletOption,
    dataOption,
    nodeOption,
  ],
  run: async (invocation) => {
    const cell = cellOption(invocation);
    const gainDbi = optionNumber(invocation, "gain", { min: 0, max: 15 }) ?? 1.2;
    const elevationMeters = optionInteger(invocation, "elevation", { min: 0, max: 9000 }) ?? 5;
    const signer = openWallet(invocation);
    await using client = openClient(invocation);
    const hotspot = await findHotspot(client, invocation.arguments[0]);
    return await proposeTransaction({
      invocation,
      client,
      signer,
      body: {
        kind: "assert-location",
        hotspot: hotspot.address,
        cell,
        gainDbi: db(Math.round(gainDbi * 10) / 10),
        elevationMeters,
      },
      says: `place ${hotspot.name} at ${cell}`,
    });
  },
};

function cellOption(invocation: Invocation) {
  const text = optionText(invocation, "cell");
  if (text !== undefined) {
    if (!isCell(text)) throw usage(`--cell takes an H3 cell, not "${text}".`);
    return text;
  }
  const latDegrees = optionNumber(invocation, "latitude", { min: -90, max: 90 });
  const lngDegrees = optionNumber(invocation, "longitude", { min: -180, max: 180 });
  if (latDegrees === undefined || lngDegrees === undefined) {
    throw usage("Say where: --cell CELL, or --latitude and --longitude.");
  }
  return cellAt({ latDegrees, lngDegrees }, LOCATION_RESOLUTION);
}

const list: Command = {
  name: "hotspot list",
  summary: "hotspots of the network, or an owner's",
  options: [{ flags: "--owner ADDRESS", summary: "only this owner's" }, nodeOption],
  run: async (invocation) => {
    const owner = optionText(invocation, "owner");
    const query = owner === undefined ? {} : { owner: addressArgument(owner, "--owner") };
    await using client = openClient(invocation);
    const items: HotspotView[] = [];
    for await (const hotspot of allHotspots(client, query)) items.push(hotspot);
    const rows = items.map((hotspot) => [
      hotspot.name,
      hotspot.active ? "active" : "-",
      hotspot.cell ?? "no location",
      `${tokensText(hotspot.earned.data + hotspot.earned.coverage)} tokens`,
    ]);
    return { json: { items }, lines: items.length === 0 ? ["None."] : columns(rows) };
  },
};

const show: Command = {
  name: "hotspot show",
  summary: "one hotspot: state, earnings, last challenges",
  arguments: [{ name: "HOTSPOT", summary: "address or three-word name" }],
  options: [nodeOption],
  run: async (invocation) => {
    await using client = openClient(invocation);
    const hotspot = await findHotspot(client, invocation.arguments[0]);
    const { items: challenges } = await client.challengesOf(hotspot.address, { limit: 10 });
    const facts = [
      ["address", hotspot.address],
      ["owner", hotspot.owner],
      ["state", hotspot.active ? "active" : "not active"],
      ["bond", `${tokensText(hotspot.bond)} tokens${hotspot.bonded ? "" : " (below half)"}`],
      ["cell", hotspot.cell ?? "not asserted"],
      ["density scale", hotspot.densityScale],
      ["earned by data", `${tokensText(hotspot.earned.data)} tokens`],
      ["earned by coverage", `${tokensText(hotspot.earned.coverage)} tokens`],
      ["coverage pay held", `${tokensText(hotspot.earned.held)} tokens`],
    ];
    const rounds = challenges.map((challenge) => {
      const own = challenge.witnesses.find(({ witness }) => witness === hotspot.address);
      const role =
        challenge.target === hotspot.address
          ? "beaconed"
          : own === undefined
            ? "challenged"
            : "witnessed";
      const valid = challenge.witnesses.filter(({ verdict }) => verdict === "valid").length;
      const said =
        own?.reason ??
        (own === undefined ? `${valid} valid witnesses` : `valid, ${own.units} units`);
      return [
        `${challenge.challenge.slot}/${challenge.challenge.index}`,
        role,
        challenge.state,
        said,
      ];
    });
    return {
      json: { hotspot, challenges },
      lines: [
        hotspot.name,
        ...columns(facts),
        ...(rounds.length > 0 ? ["", ...columns(rounds)] : []),
      ],
    };
  },
};

const run: Command = {
  name: "hotspot run",
  summary: "the daemon: takes frames from any packet forwarder (Semtech UDP) on loopback",
  options: [
    { flags: "--data FOLDER", summary: "where its key and state are", default: ".katydid-hotspot" },
    nodeOption,
    { flags: "--region NAME", summary: "radio region", default: "EU868" },
    { flags: "--gwmp-port PORT", summary: "UDP port for the packet forwarder", default: "1680" },
    { flags: "--status-port PORT", summary: "port of the status page", default: "4467" },
    { flags: "--owner ADDRESS", summary: "make the claim out to this owner" },
  ],
  run: async (invocation) => {
    const folder = optionText(invocation, "data") ?? ".katydid-hotspot";
    const owner = optionText(invocation, "owner");
    const agent = await runAgent({
      folder,
      ledgerUrl: nodeUrl(invocation),
      region: optionText(invocation, "region") ?? "EU868",
      gwmpPort: optionInteger(invocation, "gwmpPort", { min: 0, max: 65_535 }) ?? 1680,
      statusPort: optionInteger(invocation, "statusPort", { min: 0, max: 65_535 }) ?? 4467,
      ...(owner === undefined ? {} : { owner: addressArgument(owner, "--owner") }),
      key: loadOrMakeKey({ path: `${folder}/hotspot.key`, random: systemRandom }),
    });
    const { address, name, statusUrl, gwmpPort } = agent;
    const facts = { address, name, statusUrl, gwmpPort };
    if (invocation.options.json === true) process.stdout.write(`${jsonText(facts)}\n`);
    else process.stdout.write(`${name} runs; status on ${statusUrl}\n`);
    await endOfProcess();
    await agent.dispose();
    return { json: undefined, lines: [] };
  },
};

/** By address or three-word name. @throws CommandError (not found). */
export async function findHotspot(
  client: LedgerClient,
  wanted: string | undefined,
): Promise<HotspotView> {
  const text = (wanted ?? "").trim();
  const address: Address | undefined = parseAddress(text);
  if (address !== undefined) {
    const hotspot = await client.hotspot(address);
    if (hotspot !== undefined) return hotspot;
    throw notFound(`The ledger knows no hotspot ${address}.`);
  }
  const name = text.toLowerCase().replaceAll(" ", "-");
  for await (const hotspot of allHotspots(client, {})) {
    if (hotspot.name === name) return hotspot;
  }
  throw notFound(`The ledger knows no hotspot named "${text}".`);
}

async function* allHotspots(client: LedgerClient, query: { owner?: Address }) {
  let cursor: string | undefined;
  do {
    const page = await client.hotspots({
      ...query,
      limit: 500,
      ...(cursor === undefined ? {} : { cursor }),
    });
    yield* page.items;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

export const hotspotCommands: readonly Command[] = [add, locate, list, show, run];

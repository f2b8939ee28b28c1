/** Where a command finds the network, the wallet and the owner's token. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { loadKey } from "@katydid/hotspot-agent";
import {
  type BodyWithoutCommon,
  HttpLedgerClient,
  type LedgerClient,
} from "@katydid/ledger/client";
import { Fault, realClock, silentLog } from "@katydid/platform";
import {
  type Address,
  type Claim,
  encodeTransaction,
  height,
  type KeyPair,
  MOTES_PER_TOKEN,
  type Motes,
  paramsByName,
  parseAddress,
  type Signer,
  signTransaction,
  type TransactionBody,
  toHex,
  transactionId,
  withLeastFee,
} from "@katydid/protocol";
import {
  type Answer,
  CommandError,
  type CommandOption,
  EXIT,
  type Invocation,
  notFound,
  optionText,
  usage,
} from "./command.ts";

export const DEFAULT_NODE = "http://127.0.0.1:8080";
export const DEFAULT_DATA = ".katydid";

export const dataOption: CommandOption = {
  flags: "--data FOLDER",
  summary: `the network's folder (environment: KATYDID_DATA; default: ${DEFAULT_DATA})`,
};
export const nodeOption: CommandOption = {
  flags: "--node URL",
  summary: `a ledger node (environment: KATYDID_NODE; default: ${DEFAULT_NODE})`,
};
export const walletOption: CommandOption = {
  flags: "--wallet FILE",
  summary: "the key file (environment: KATYDID_WALLET; default: owner.key in the data folder)",
};
export const commitOption: CommandOption = {
  flags: "--commit",
  summary: "do it; without this it is a dry run that only says what it would do and cost",
};

/** Flag before environment before default. */
export function dataFolder(invocation: Invocation): string {
  return optionText(invocation, "data") ?? process.env.KATYDID_DATA ?? DEFAULT_DATA;
}

export function walletFile(invocation: Invocation): string {
  return (
    optionText(invocation, "wallet") ??
    process.env.KATYDID_WALLET ??
    join(dataFolder(invocation), "owner.key")
  );
}

export function nodeUrl(invocation: Invocation): string {
  return optionText(invocation, "node") ?? process.env.KATYDID_NODE ?? DEFAULT_NODE;
}

export function openClient(invocation: Invocation): LedgerClient {
  return new HttpLedgerClient({ url: nodeUrl(invocation), clock: realClock, log: silentLog });
}

/** The wallet's key. @throws CommandError (not found) when there is none. */
export function openWallet(invocation: Invocation): KeyPair {
  const path = walletFile(invocation);
  const key = loadKey(path);
  if (key !== undefined) return key;
  throw notFound(`There is no wallet at ${path}: make one with \`katydid wallet create\`.`);
}

export function ownerToken(invocation: Invocation): string {
  const fromEnvironment = process.env.KATYDID_TOKEN;
  if (fromEnvironment) return fromEnvironment;
  const path = join(dataFolder(invocation), "owner.token");
  if (!existsSync(path)) {
    throw notFound(
      `There is no owner's token at ${path}: start the network there, or set KATYDID_TOKEN.`,
    );
  }
  if ((statSync(path).mode & 0o077) !== 0) {
    const advice = `Token file ${path} is open to others: chmod 600 ${path}`;
    throw new Fault({ code: "token-open-to-others", path, advice });
  }
  return readFileSync(path, "utf8").trim();
}

export function addressArgument(text: string | undefined, name: string): Address {
  const address = text === undefined ? undefined : parseAddress(text);
  if (address === undefined) throw usage(`${name} must be an address, not "${text ?? ""}".`);
  return address;
}

/** "12.5" tokens as motes, exactly. */
export function tokensArgument(text: string | undefined): Motes {
  const match = /^(\d{1,9})(?:\.(\d{1,8}))?$/.exec(text ?? "");
  if (match === null)
    throw usage(`An amount is tokens with up to 8 decimals, like 12.5, not "${text ?? ""}".`);
  const [, whole = "0", part = ""] = match;
  return (BigInt(whole) * MOTES_PER_TOKEN + BigInt(part.padEnd(8, "0"))) as Motes;
}

export function tokensText(motes: bigint): string {
  const part = String(motes % MOTES_PER_TOKEN)
    .padStart(8, "0")
    .replace(/0+$/, "");
  return `${motes / MOTES_PER_TOKEN}${part === "" ? "" : `.${part}`}`;
}

/** Blocks come every second or ten; longer than this and something is wrong. */
const INCLUSION_SECONDS_MAX = 40;

export interface Proposal {
  readonly invocation: Invocation;
  readonly client: LedgerClient;
  readonly signer: Signer;
  readonly body: BodyWithoutCommon;
  readonly cosigners?: readonly Signer[];
  /** Stands for the hotspot's signature of add-hotspot. */
  readonly claim?: Claim;
  /** What it does: "send 3 tokens to ...". */
  readonly says: string;
}

/** Says what a transaction does and costs; with `--commit` sends it and waits for its block. */
export async function proposeTransaction(proposal: Proposal): Promise<Answer> {
  const { invocation, client, signer, cosigners = [] } = proposal;
  const status = await client.status();
  const account = await client.account(signer.address);
  const body = withLeastFee({
    params: paramsByName(status.params),
    body: {
      ...proposal.body,
      actor: signer.address,
      nonce: account.nonce + 1,
      expiryHeight: height(status.height + 100),
    } as Omit<TransactionBody, "feeDc"> as TransactionBody,
  });
  const id = toHex(transactionId({ chainId: status.chainId, body }));
  const facts = { id, kind: body.kind, actor: signer.address, feeDc: String(body.feeDc) };
  if (invocation.options.commit !== true) {
    return {
      json: { committed: false, ...facts },
      lines: [
        `Would ${proposal.says}; fee ${body.feeDc} DC.`,
        "Nothing was sent: add --commit to do it.",
      ],
    };
  }
  const signed = signTransaction({
    chainId: status.chainId,
    body,
    signers: [signer, ...cosigners],
    ...(proposal.claim === undefined ? {} : { claim: proposal.claim }),
  });
  const outcome = await client.submit(encodeTransaction(signed));
  if (outcome.outcome === "refused") {
    throw new CommandError(EXIT.refused, `The network refused it: ${refusalWords(outcome)}.`, {
      reason: outcome.reason,
      ...outcome.detail,
    });
  }
  const view = await inclusionOf(client, outcome.id);
  if (view.outcome === "no-effect") {
    throw new CommandError(
      EXIT.refused,
      `It is in block ${view.height} without effect: ${view.reason}.`,
      {
        reason: view.reason,
        height: view.height,
      },
    );
  }
  return {
    json: { committed: true, ...facts, height: view.height },
    lines: [`Done: ${proposal.says}, in block ${view.height}.`, `transaction ${id}`],
  };
}

async function inclusionOf(client: LedgerClient, id: string) {
  for (let waited = 0; waited < INCLUSION_SECONDS_MAX * 4; waited += 1) {
    const view = await client.transaction(id);
    if (view !== undefined) return view;
    await realClock.sleep(250);
  }
  throw new CommandError(
    EXIT.failed,
    `Transaction ${id} was accepted but is in no block after ${INCLUSION_SECONDS_MAX} s: is the producer running?`,
  );
}

function refusalWords(refusal: {
  reason: string;
  detail: Readonly<Record<string, unknown>>;
}): string {
  const numbers = Object.entries(refusal.detail)
    .filter(([name]) => name !== "reason")
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(", ");
  return numbers === "" ? refusal.reason : `${refusal.reason} (${numbers})`;
}

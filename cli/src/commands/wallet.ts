/** `katydid wallet`: the owner's key, what it holds, and sending it. */
import { join } from "node:path";
import { loadKey, loadOrMakeKey } from "@katydid/hotspot-agent";
import { systemRandom } from "@katydid/platform";
import { type Command, CommandError, EXIT, usage } from "../command.ts";
import {
  addressArgument,
  commitOption,
  dataFolder,
  dataOption,
  nodeOption,
  openClient,
  openWallet,
  proposeTransaction,
  tokensArgument,
  tokensText,
  walletFile,
  walletOption,
} from "../network.ts";

const create: Command = {
  name: "wallet create",
  summary: "make a key file (mode 0600); never overwrites one",
  options: [walletOption, dataOption],
  run: async (invocation) => {
    const path = walletFile(invocation);
    if (loadKey(path) !== undefined) {
      throw new CommandError(
        EXIT.failed,
        `There is a wallet at ${path} already; it was left as it is.`,
      );
    }
    const { address } = loadOrMakeKey({ path, random: systemRandom });
    return {
      json: { address, path },
      lines: [address, `The key is in ${path}. Whoever has that file has the tokens: back it up.`],
    };
  },
};

const show: Command = {
  name: "wallet show",
  summary: "the address and what it holds",
  options: [walletOption, dataOption, nodeOption],
  run: async (invocation) => {
    const { address } = openWallet(invocation);
    await using client = openClient(invocation);
    const account = await client.account(address);
    return {
      json: { address, motes: account.motes, dc: account.dc, nonce: account.nonce },
      lines: [address, `${tokensText(account.motes)} tokens`, `${account.dc} DC`],
    };
  },
};

const send: Command = {
  name: "wallet send",
  summary: "send tokens",
  arguments: [
    { name: "TO", summary: "address of the payee" },
    { name: "TOKENS", summary: "amount, like 12.5" },
  ],
  options: [commitOption, walletOption, dataOption, nodeOption],
  run: async (invocation) => {
    const payee = addressArgument(invocation.arguments[0], "TO");
    const motes = tokensArgument(invocation.arguments[1]);
    if (motes === 0n) throw usage("Send more than nothing.");
    const signer = openWallet(invocation);
    await using client = openClient(invocation);
    return await proposeTransaction({
      invocation,
      client,
      signer,
      body: { kind: "transfer", payments: [{ payee, motes, memo: new Uint8Array() }] },
      says: `send ${tokensText(motes)} tokens to ${payee}`,
    });
  },
};

const fund: Command = {
  name: "wallet fund",
  summary: "take tokens from the faucet of a test network",
  arguments: [{ name: "TOKENS", summary: "amount; 1000 if not given", optional: true }],
  options: [walletOption, dataOption, nodeOption],
  run: async (invocation) => {
    const motes = tokensArgument(invocation.arguments[0] ?? "1000");
    const path = join(dataFolder(invocation), "faucet.key");
    const faucet = loadKey(path);
    if (faucet === undefined) {
      throw new CommandError(
        EXIT.refused,
        `Only a test network has a faucet, and there is no ${path}: start one with \`katydid up\`.`,
      );
    }
    const payee = openWallet(invocation).address;
    await using client = openClient(invocation);
    return await proposeTransaction({
      // A faucet spends nothing of the caller's: no dry run.
      invocation: { ...invocation, options: { ...invocation.options, commit: true } },
      client,
      signer: faucet,
      body: { kind: "transfer", payments: [{ payee, motes, memo: new Uint8Array() }] },
      says: `give ${tokensText(motes)} tokens to ${payee}`,
    });
  },
};

export const walletCommands: readonly Command[] = [create, show, send, fund];

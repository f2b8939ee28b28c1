import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { Fault } from "@katydid/platform";
import { MOTES_PER_TOKEN } from "@katydid/protocol";
import fc from "fast-check";
import { CommandError, EXIT, type Invocation } from "./command.ts";
import {
  addressArgument,
  DEFAULT_DATA,
  DEFAULT_NODE,
  dataFolder,
  nodeUrl,
  openWallet,
  ownerToken,
  tokensArgument,
  tokensText,
  walletFile,
} from "./network.ts";

const folder = mkdtempSync(join(tmpdir(), "katydid-cli-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const names = ["KATYDID_DATA", "KATYDID_NODE", "KATYDID_WALLET", "KATYDID_TOKEN"] as const;
const kept = names.map((name) => [name, process.env[name]] as const);
for (const name of names) delete process.env[name];
afterEach(() => {
  for (const name of names) delete process.env[name];
});
after(() => {
  for (const [name, value] of kept) if (value !== undefined) process.env[name] = value;
});

const given = (options: Invocation["options"] = {}): Invocation => ({ arguments: [], options });
const exits = (exitCode: number) => (error: unknown) =>
  error instanceof CommandError && error.exitCode === exitCode;

test("a flag goes before the environment, that before the default", () => {
  const cases = [
    [dataFolder, "data", "KATYDID_DATA", DEFAULT_DATA],
    [nodeUrl, "node", "KATYDID_NODE", DEFAULT_NODE],
    [walletFile, "wallet", "KATYDID_WALLET", join(DEFAULT_DATA, "owner.key")],
  ] as const;
  for (const [look, option, variable, usual] of cases) {
    assert.equal(look(given()), usual);
    process.env[variable] = "environment";
    assert.equal(look(given()), "environment");
    assert.equal(look(given({ [option]: "flag" })), "flag");
    delete process.env[variable];
  }
  process.env.KATYDID_DATA = "environment";
  assert.equal(walletFile(given()), join("environment", "owner.key"));
});

test("an amount is tokens with up to 8 decimals, exactly", () => {
  assert.equal(tokensArgument("12.5"), 1_250_000_000n);
  assert.equal(tokensArgument("0.00000001"), 1n);
  assert.equal(tokensArgument("999999999.99999999"), 99_999_999_999_999_999n);
  for (const text of [undefined, "", "1.", ".5", "-1", "1e3", "1,5", "0.000000001", " 1", "0x1"]) {
    assert.throws(() => tokensArgument(text), exits(EXIT.usage), text);
  }
});

test("an amount that is printed is read as the same amount", () => {
  const motes = fc.bigInt({ min: 0n, max: 999_999_999n * MOTES_PER_TOKEN });
  fc.assert(fc.property(motes, (amount) => tokensArgument(tokensText(amount)) === amount));
});

test("what is no address is said with the name of the argument", () => {
  assert.throws(() => addressArgument("nobody", "TO"), /^CommandError: TO must be an address/);
  assert.throws(() => addressArgument(undefined, "TO"), exits(EXIT.usage));
});

test("no wallet and no token are not found, with what to do", () => {
  const nowhere = given({ data: join(folder, "none") });
  assert.throws(() => openWallet(nowhere), exits(EXIT.notFound));
  assert.throws(() => openWallet(nowhere), /katydid wallet create/);
  assert.throws(() => ownerToken(nowhere), exits(EXIT.notFound));
  assert.throws(() => ownerToken(nowhere), /KATYDID_TOKEN/);
});

test("the environment's token goes before the folder's; a file open to others is refused", () => {
  const path = join(folder, "owner.token");
  writeFileSync(path, "of-the-file\n", { mode: 0o600 });
  assert.equal(ownerToken(given({ data: folder })), "of-the-file");
  process.env.KATYDID_TOKEN = "of-the-environment";
  assert.equal(ownerToken(given({ data: folder })), "of-the-environment");
  delete process.env.KATYDID_TOKEN;
  chmodSync(path, 0o644);
  const open = (error: unknown) =>
    error instanceof Fault &&
    error.code === "token-open-to-others" &&
    !JSON.stringify(error.data).includes("of-the-file");
  assert.throws(() => ownerToken(given({ data: folder })), open);
});

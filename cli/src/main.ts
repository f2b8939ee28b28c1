/** The composition root of the `katydid` command; bin/katydid.js starts it under the project's Node. */

import { Fault } from "@katydid/platform";
import { CommanderError, Command as Program } from "commander";
import packageFile from "../package.json" with { type: "json" };
import { type Answer, type Command, CommandError, EXIT, jsonText } from "./command.ts";
import { commands } from "./commands/index.ts";

// Whoever reads may have seen enough: `katydid hotspot list | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
const exitCode = await main(process.argv.slice(2));
// All is printed and closed by now: a timer that somebody forgot must not keep the process.
process.stdout.write("", () => process.exit(exitCode));

async function main(words: readonly string[]): Promise<number> {
  const program = new Program("katydid")
    .description("An open wireless network for things, built by the people who use it.")
    .exitOverride()
    .version(packageFile.version)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      outputError: (text, write) =>
        write(`katydid: ${text.trim().replace(/^error: /, "")}; see \`katydid help\`\n`),
    });
  let exitCode: number = EXIT.ok;
  for (const command of commands) {
    addCommand(program, command, async (run, json) => {
      exitCode = await report(run, program, json);
    });
  }
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    // commander has printed what is wrong, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
  return exitCode;
}

function addCommand(
  program: Program,
  command: Command,
  act: (run: () => Promise<Answer>, json: boolean) => Promise<void>,
): void {
  const words = command.name.split(" ");
  let parent = program;
  for (const group of words.slice(0, -1)) {
    parent = parent.commands.find((known) => known.name() === group) ?? parent.command(group);
    parent.exitOverride();
  }
  const made = parent
    .command(words.at(-1) ?? "")
    .description(command.summary)
    .exitOverride();
  for (const argument of command.arguments ?? []) {
    made.argument(
      argument.optional ? `[${argument.name}]` : `<${argument.name}>`,
      argument.summary,
    );
  }
  for (const option of command.options ?? []) {
    const flags = option.flags.replace(/ (\w+)$/, " <$1>");
    if (option.required) made.requiredOption(flags, option.summary, option.default);
    else made.option(flags, option.summary, option.default);
  }
  if (!command.options?.some(({ flags }) => flags.startsWith("--json"))) {
    if (!ownsJson(command)) made.option("--json", "print one JSON document to standard output");
  }
  made.action(async (...given: unknown[]) => {
    const options = made.opts<Record<string, string | true | undefined>>();
    const values = given.slice(0, command.arguments?.length ?? 0);
    const run = () =>
      command.run({
        arguments: values.filter((value): value is string => typeof value === "string"),
        options,
      });
    await act(run, options.json === true);
  });
}

function ownsJson({ options = [] }: Command): boolean {
  return options.some(({ flags }) => flags.startsWith("--json "));
}

async function report(
  run: () => Promise<Answer>,
  program: Program,
  json: boolean,
): Promise<number> {
  try {
    const answer = await run();
    if (json && answer.json !== undefined) process.stdout.write(`${jsonText(answer.json)}\n`);
    if (!json) for (const line of answer.lines) process.stdout.write(`${line}\n`);
    return answer.exitCode ?? EXIT.ok;
  } catch (error) {
    const { exitCode, message, detail } = explain(error);
    if (json) process.stdout.write(`${jsonText({ error: message, ...detail })}\n`);
    process.stderr.write(`${program.name()}: ${message}\n`);
    return exitCode;
  }
}

function explain(error: unknown): { exitCode: number; message: string; detail: object } {
  if (error instanceof CommandError) return error;
  if (error instanceof Fault)
    return { exitCode: EXIT.failed, message: error.message, detail: error.data };
  // A bug: the trace is what its reporter needs.
  throw error;
}

export { type Command, EXIT } from "./command.ts";
export { commands } from "./commands/index.ts";

import type { Command } from "../command.ts";
export const fleet: Command = {
  name: "fleet",
  summary: "x",
  run: async () => ({ json: {}, lines: [] }),
};

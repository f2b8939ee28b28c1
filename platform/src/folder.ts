/**
 * Making a folder with its parents. Node's own `recursive` never returns where the system says of a
 * folder that is there that it is not (anything below /proc), so each step is ours and bounded.
 */
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Makes it unless it is there. @throws the system's error where it cannot be made. */
export function makeFolder({ path, mode }: { readonly path: string; readonly mode: number }): void {
  const folder = resolve(path);
  try {
    mkdirSync(folder, { mode });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "EEXIST" && statSync(folder).isDirectory()) return;
    const parent = dirname(folder);
    if (code !== "ENOENT" || existsSync(parent)) throw cause;
    makeFolder({ path: parent, mode });
    mkdirSync(folder, { mode });
  }
}

/** What serves the console needs only its folder: everything in it is static. */
import { fileURLToPath } from "node:url";

/** Folder of the built pages; `console/build.mjs` makes it. */
export const consoleFolder: string = fileURLToPath(new URL("../dist", import.meta.url));

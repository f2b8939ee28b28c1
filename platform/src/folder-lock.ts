/**
 * One process per folder. A file names the process that has it; a file whose process is gone is
 * stale and is taken over. On Linux the process's start time is compared too, since a process id
 * comes round again (in a container nearly always).
 */
import { closeSync, openSync, readFileSync, realpathSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "./fault.ts";

const LOCK_NAME = "katydid.lock";

export class FolderLock {
  readonly #file: string;
  #held = true;
  private constructor(file: string) {
    this.#file = file;
  }

  /** Throws Fault "store-locked" when another process (or this one, already) has the folder. */
  static take(folder: string): FolderLock {
    const file = join(realpathSync(folder), LOCK_NAME);
    if (!write(file)) {
      const holder = read(file);
      if (holder !== undefined && isAlive(holder)) throw lockedFault(folder, holder);
      unlinkSync(file);
      if (!write(file)) throw lockedFault(folder, read(file) ?? "?");
    }
    return new FolderLock(file);
  }

  release(): void {
    if (!this.#held) return;
    this.#held = false;
    unlinkSync(this.#file);
  }
}

function write(file: string): boolean {
  try {
    const handle = openSync(file, "wx", 0o600);
    writeSync(handle, `${process.pid} ${startOf(process.pid)}\n`);
    closeSync(handle);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return undefined;
  }
}

function isAlive(holder: string): boolean {
  const [pid, start = ""] = holder.split(" ");
  const id = Number(pid);
  if (!Number.isSafeInteger(id) || id <= 0) return false;
  try {
    process.kill(id, 0);
  } catch (error) {
    // EPERM: it lives and belongs to someone else.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  return startOf(id) === start;
}

/** Clock ticks after boot at which a process began (proc(5): stat, field 22); "" off Linux. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in field 2 may hold spaces; fields count from its closing bracket.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function lockedFault(folder: string, holder: string): Fault {
  const pid = holder.split(" ")[0];
  return new Fault({
    code: "store-locked",
    advice: `${folder} is in use by process ${pid}: stop it, or choose another folder`,
    folder,
    pid,
  });
}

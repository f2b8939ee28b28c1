/** The real log: pino, one JSON line an event, on stderr. */
import { destination, type Logger, pino } from "pino";
import type { Log } from "./log.ts";

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** Fields that never reach a log, at the top of an event and one level down. */
export const REDACTED_FIELDS = [
  "password",
  "secret",
  "seed",
  "privateKey",
  "token",
  "authorization",
  "appKey",
  "nwkKey",
  "nwkSKey",
  "appSKey",
  "jwt",
] as const;

/** @returns a log of `level` and above, on stderr (stdout belongs to a program's results). */
export function createLog({ level = "info" }: { readonly level?: LogLevel } = {}): Log {
  const paths = REDACTED_FIELDS.flatMap((field) => [field, `*.${field}`]);
  const options = {
    level,
    redact: { paths, censor: "[redacted]" },
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  // Synchronous: the last line before a crash is the one that matters.
  return wrap(pino(options, destination({ dest: 2, sync: true })));
}

export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLog,
};

function wrap(logger: Logger): Log {
  return {
    debug: (data, message) => logger.debug(data, message),
    info: (data, message) => logger.info(data, message),
    warn: (data, message) => logger.warn(data, message),
    error: (data, message) => logger.error(data, message),
    child: (bindings) => wrap(logger.child(bindings)),
  };
}

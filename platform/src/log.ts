/** Structured log, one line an event. `error` means that a person must act. pino's call shape. */
export interface Log {
  debug(data: object, message: string): void;
  info(data: object, message: string): void;
  warn(data: object, message: string): void;
  error(data: object, message: string): void;
  /** The same log with these fields in every line. */
  child(bindings: Record<string, unknown>): Log;
}

/** Resolves at the first Ctrl-C or SIGTERM; a second one ends the process at once. */
export function endOfProcess(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        // The launcher passes on what the terminal has sent to both: within a moment it is one wish.
        if (asked && signal !== "SIGHUP" && performance.now() - at > 500) process.exit(1);
        if (!asked) at = performance.now();
        asked = true;
        resolve();
      });
    }
    let at = 0;
  });
}

/** Reads one address of the API, again every `everyMs`, and keeps the last answer while it does. */
import { useEffect, useState } from "react";
import { ownerToken } from "./token.ts";

export type Loaded<T> =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly status: number; readonly message: string }
  | { readonly state: "ready"; readonly value: T };

export async function readJson<T>(path: string, signal?: AbortSignal): Promise<Loaded<T>> {
  const token = path.startsWith("router/") ? ownerToken() : undefined;
  try {
    const response = await fetch(path, {
      ...(signal ? { signal } : {}),
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    if (response.ok) return { state: "ready", value: (await response.json()) as T };
    const problem = (await response.json().catch(() => ({}))) as {
      title?: string;
      detail?: string;
    };
    const message = problem.detail ?? problem.title ?? response.statusText;
    return { state: "failed", status: response.status, message };
  } catch (error) {
    return {
      state: "failed",
      status: 0,
      message: error instanceof Error ? error.message : "no answer",
    };
  }
}

export function useJson<T>(path: string, everyMs: number): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: "loading" });
  useEffect(() => {
    const stop = new AbortController();
    let timer: number | undefined;
    const read = async () => {
      const answer = await readJson<T>(path, stop.signal);
      if (stop.signal.aborted) return;
      // A node that restarts is no reason to blank the page.
      setLoaded((before) =>
        answer.state === "failed" && answer.status === 0 && before.state === "ready"
          ? before
          : answer,
      );
      timer = window.setTimeout(read, everyMs);
    };
    setLoaded({ state: "loading" });
    void read();
    return () => {
      stop.abort();
      window.clearTimeout(timer);
    };
  }, [path, everyMs]);
  return loaded;
}

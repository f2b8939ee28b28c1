/**
 * Server-Sent Events with the owner's token: the browser's own EventSource sends no headers, and a
 * token in an address would be in logs.
 */
import { ownerToken } from "./token.ts";

export interface FeedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

const RETRY_MS = 3000;

/** Calls back for each event until the signal aborts; reconnects, and resumes by Last-Event-ID. */
export async function readFeed(
  path: string,
  signal: AbortSignal,
  onEvent: (event: FeedEvent) => void,
): Promise<void> {
  const token = ownerToken();
  if (token === undefined) return;
  let last = "";
  while (!signal.aborted) {
    try {
      const headers = {
        authorization: `Bearer ${token}`,
        ...(last === "" ? {} : { "last-event-id": last }),
      };
      const response = await fetch(path, { headers, signal });
      if (response.status === 401 || response.body === null) return;
      let rest = "";
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        const blocks = (rest + part.value).split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) {
          const event = parseBlock(block);
          if (event === undefined) continue;
          last = event.id;
          onEvent(event);
        }
      }
    } catch {
      // Lost, or left: the loop's condition tells which.
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

function parseBlock(block: string): FeedEvent | undefined {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const at = line.indexOf(":");
    if (at > 0) fields.set(line.slice(0, at), line.slice(at + 1).trimStart());
  }
  const data = fields.get("data");
  if (data === undefined) return undefined;
  return { id: fields.get("id") ?? "", event: fields.get("event") ?? "message", data };
}

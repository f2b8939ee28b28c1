/** Server-Sent Events from a stream of bytes (HTML Living Standard §9.2.6). */

/** Characters of one event at most; a router's filter in hex is the largest there is. */
export const EVENT_LENGTH_MAX = 2 * 1024 * 1024;

export interface ReceivedEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

export class EventReader {
  private readonly onEvent: (event: ReceivedEvent) => void;
  private readonly decoder = new TextDecoder();
  private rest = "";
  private id: string | undefined;
  private event = "";
  private data: string[] = [];
  private dataLength = 0;

  constructor(onEvent: (event: ReceivedEvent) => void) {
    this.onEvent = onEvent;
  }

  /** Throws where a line or an event is longer than `EVENT_LENGTH_MAX`. */
  push(bytes: Uint8Array): void {
    const lines = (this.rest + this.decoder.decode(bytes, { stream: true })).split("\n");
    this.rest = lines.pop() ?? "";
    if (this.rest.length > EVENT_LENGTH_MAX) throw new Error("event too long");
    for (const line of lines) this.line(line.endsWith("\r") ? line.slice(0, -1) : line);
  }

  private line(line: string): void {
    if (line === "") {
      this.dispatch();
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "id") this.id = value;
    else if (field === "event") this.event = value;
    else if (field === "data") {
      this.dataLength += value.length;
      if (this.dataLength > EVENT_LENGTH_MAX) throw new Error("event too long");
      this.data.push(value);
    }
  }

  private dispatch(): void {
    const { id, event } = this;
    const data = this.data.join("\n");
    const isEmpty = this.data.length === 0;
    this.event = "";
    this.data = [];
    this.dataLength = 0;
    if (!isEmpty) this.onEvent({ id, event: event === "" ? "message" : event, data });
  }
}

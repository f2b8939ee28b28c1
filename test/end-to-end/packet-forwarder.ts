/** A packet forwarder as seen from its UDP socket: sends recorded datagrams, acknowledges downlinks. */
import { encodeGwmp, type GwmpDatagram, parseGwmp } from "@katydid/firmware";
import { realClock, realUdp, type UdpSocket } from "@katydid/platform";
import { Recorder } from "./awaiting.ts";

const HOST = "127.0.0.1";

export interface Recorded {
  /** Since the forwarder started, ms. */
  readonly atMs: number;
  readonly hex: string;
}

export interface Heard {
  readonly at: number;
  readonly datagram: GwmpDatagram;
}

export class PacketForwarder implements AsyncDisposable {
  /** What the server said, in order. */
  readonly heard = new Recorder<Heard>();
  readonly #socket: UdpSocket;
  readonly #eui: string;
  #port: number;

  private constructor(socket: UdpSocket, options: { eui: string; port: number }) {
    this.#socket = socket;
    this.#eui = options.eui;
    this.#port = options.port;
    socket.onMessage((bytes) => this.#receive(bytes));
  }

  static async start(options: { eui: string; port: number }): Promise<PacketForwarder> {
    return new PacketForwarder(await realUdp.bind({ host: HOST, port: 0 }), options);
  }

  /** The server has moved. */
  pointAt(port: number): void {
    this.#port = port;
  }

  send(hex: string): void {
    this.#socket.send(Buffer.from(hex, "hex"), { host: HOST, port: this.#port });
  }

  /** Sends all in the time in which they were recorded; resolves after the last. */
  async replay(recording: readonly Recorded[]): Promise<void> {
    const origin = recording[0]?.atMs ?? 0;
    const sent = recording.map(
      ({ atMs, hex }) =>
        new Promise<void>((resolve) => {
          realClock.after(atMs - origin, () => {
            this.send(hex);
            resolve();
          });
        }),
    );
    await Promise.all(sent);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#socket[Symbol.asyncDispose]();
  }

  #receive(bytes: Uint8Array): void {
    const datagram = parseGwmp(bytes);
    if (datagram.kind === "malformed") throw new Error(`server sent ${datagram.reason}`);
    this.heard.add({ at: realClock.now(), datagram });
    if (datagram.kind !== "pull-resp") return;
    const { version, token } = datagram;
    const ack = encodeGwmp({ kind: "tx-ack", version, token, gatewayEui: this.#eui });
    this.#socket.send(ack, { host: HOST, port: this.#port });
  }
}

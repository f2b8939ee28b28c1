/** A packet forwarder as a test wants it: says what it is told to, over real UDP. */
import { realUdp, type Udp, type UdpPeer, type UdpSocket } from "@katydid/platform";
import {
  encodeGwmp,
  type GwmpDatagram,
  type GwmpVersion,
  type JsonObject,
  parseGwmp,
} from "../gwmp/datagram.ts";

export interface ScriptedForwarderOptions {
  readonly server: UdpPeer;
  /** 16 hex digits. */
  readonly eui?: string;
  readonly version?: GwmpVersion;
  readonly udp?: Udp;
}

/** What it answers to a PULL_RESP: TX_ACK with this JSON, or without, or nothing at all. */
export type TxAnswer = JsonObject | "accept" | "ignore";

type Answer = Exclude<ReturnType<typeof parseGwmp>, { kind: "malformed" }>;
type AnswerOf<Kind extends Answer["kind"]> = Extract<Answer, { kind: Kind }>;

/** Answers that nobody asked for yet, at most. */
const ANSWERS_MAX = 1000;

export class ScriptedForwarder implements AsyncDisposable {
  readonly #socket: UdpSocket;
  readonly #options: Required<Pick<ScriptedForwarderOptions, "server" | "eui" | "version">>;
  readonly #answers: Answer[] = [];
  readonly #waiting: { readonly kind: string; resolve(answer: Answer): void }[] = [];
  #token = 0;
  /** Decides what becomes of a `txpk`. */
  answerTo: (txpk: JsonObject) => TxAnswer = () => "accept";

  private constructor(socket: UdpSocket, options: ScriptedForwarderOptions) {
    this.#socket = socket;
    const { server, eui = "aa555a0000000000", version = 2 } = options;
    this.#options = { server, eui, version };
    socket.onMessage((bytes) => this.#receive(bytes));
  }

  static async open(options: ScriptedForwarderOptions): Promise<ScriptedForwarder> {
    const { udp = realUdp } = options;
    return new ScriptedForwarder(await udp.bind({ host: "127.0.0.1", port: 0 }), options);
  }

  /** Sends any bytes. */
  send(bytes: Uint8Array): void {
    this.#socket.send(bytes, this.#options.server);
  }

  /** Sends PUSH_DATA and resolves with the acknowledgement. */
  async push(json: JsonObject): Promise<AnswerOf<"push-ack">> {
    const answer = this.next("push-ack");
    this.#say({ kind: "push-data", ...this.#header(), gatewayEui: this.#options.eui, json });
    return answer;
  }

  /** Sends PULL_DATA and resolves with the acknowledgement. All sent before has been handled then. */
  async pull(): Promise<AnswerOf<"pull-ack">> {
    const answer = this.next("pull-ack");
    this.#say({ kind: "pull-data", ...this.#header(), gatewayEui: this.#options.eui });
    return answer;
  }

  /** Says what became of the PULL_RESP with this token. */
  acknowledge(token: string, json?: JsonObject): void {
    const { version, eui: gatewayEui } = this.#options;
    this.#say({ kind: "tx-ack", version, token, gatewayEui, ...(json && { json }) });
  }

  /** The next answer of a kind, in order. */
  next<Kind extends Answer["kind"]>(kind: Kind): Promise<AnswerOf<Kind>> {
    const index = this.#answers.findIndex((answer) => answer.kind === kind);
    const [answer] = index < 0 ? [] : this.#answers.splice(index, 1);
    if (answer) return Promise.resolve(answer as AnswerOf<Kind>);
    return new Promise((resolve) => {
      this.#waiting.push({ kind, resolve: (given) => resolve(given as AnswerOf<Kind>) });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#socket[Symbol.asyncDispose]();
  }

  #receive(bytes: Uint8Array): void {
    const answer = parseGwmp(bytes);
    if (answer.kind === "malformed") throw new Error(`the server sent garbage: ${answer.reason}`);
    const index = this.#waiting.findIndex(({ kind }) => kind === answer.kind);
    const [waiting] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (waiting) waiting.resolve(answer);
    else if (this.#answers.push(answer) > ANSWERS_MAX) throw new Error("nobody reads the answers");
    if (answer.kind !== "pull-resp" || this.#options.version === 1) return;
    const said = this.answerTo((answer.json.txpk ?? {}) as JsonObject);
    if (said !== "ignore") this.acknowledge(answer.token, said === "accept" ? undefined : said);
  }

  #header() {
    this.#token = (this.#token + 1) & 0xffff;
    return {
      version: this.#options.version,
      token: this.#token.toString(16).padStart(4, "0"),
    };
  }

  #say(datagram: GwmpDatagram): void {
    this.send(encodeGwmp(datagram));
  }
}

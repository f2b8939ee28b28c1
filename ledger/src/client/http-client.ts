/** The ledger's client over HTTP: reads, submission, and events that resume. */
import { type Clock, Fault, type Log } from "@katydid/platform";
import { type Address, type Bytes32, type ChallengeId, toHex } from "@katydid/protocol";
import type {
  AccountView,
  ChainStatus,
  ChallengeView,
  ChannelView,
  HearingView,
  HotspotView,
  LedgerClient,
  LedgerEvent,
  Page,
  PageQuery,
  PenaltyView,
  RelayView,
  RewardView,
  RouterView,
  StandingClassification,
  SubmitOutcome,
  TrafficView,
  TransactionView,
  Watch,
  WatchOptions,
} from "./client.ts";
import { HttpWatch } from "./http-watch.ts";
import * as schemas from "./schemas.ts";
import { fromWire, type JsonSchema, type JsonValue } from "./wire.ts";

const REQUEST_TIMEOUT_MS = 30_000;
/** Bytes of an answer at most: a page of a thousand challenges is the largest. */
export const RESPONSE_BYTES_MAX = 64 * 1024 * 1024;
/** Watches of one client. */
export const WATCHES_MAX = 1000;

export interface HttpLedgerClientOptions {
  /** Of the node, without `/v1`. */
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
}

interface Answer {
  readonly status: number;
  readonly body: JsonValue;
}

/** Every read rejects with Fault "ledger-unreachable" or "ledger-failed" where the node is away or broken. */
export class HttpLedgerClient implements LedgerClient {
  private readonly base: string;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly watches = new Set<Watch>();
  private readonly stop = new AbortController();

  constructor(options: HttpLedgerClientOptions) {
    this.base = options.url.replace(/\/+$/, "");
    this.clock = options.clock;
    this.log = options.log;
  }

  status(): Promise<ChainStatus> {
    return this.read("status", schemas.statusSchema);
  }
  account(address: Address): Promise<AccountView> {
    return this.read(`accounts/${address}`, schemas.accountSchema);
  }
  hotspot(address: Address): Promise<HotspotView | undefined> {
    return this.find(`hotspots/${address}`, schemas.hotspotSchema);
  }
  hotspots(query?: PageQuery & { readonly owner?: Address }): Promise<Page<HotspotView>> {
    return this.read(`hotspots${queryText(query)}`, schemas.pageOf(schemas.hotspotSchema));
  }
  async routers(): Promise<readonly RouterView[]> {
    const schema = schemas.pageOf(schemas.routerSchema);
    return (await this.read<Page<RouterView>>("routers", schema)).items;
  }
  async relays(): Promise<readonly RelayView[]> {
    const schema = schemas.pageOf(schemas.relaySchema);
    return (await this.read<Page<RelayView>>("relays", schema)).items;
  }
  channel(id: Bytes32): Promise<ChannelView | undefined> {
    return this.find(`channels/${toHex(id)}`, schemas.channelSchema);
  }
  async channels(router: Address): Promise<readonly ChannelView[]> {
    const schema = schemas.pageOf(schemas.channelSchema);
    return (await this.read<Page<ChannelView>>(`routers/${router}/channels`, schema)).items;
  }
  challenge({ slot, index }: ChallengeId): Promise<ChallengeView | undefined> {
    return this.find(`challenges/${slot}/${index}`, schemas.challengeSchema);
  }
  challengesOf(hotspot: Address, query?: PageQuery): Promise<Page<ChallengeView>> {
    const path = `hotspots/${hotspot}/challenges${queryText(query)}`;
    return this.read(path, schemas.pageOf(schemas.challengeSchema));
  }
  rewardsOf(hotspot: Address, query?: PageQuery): Promise<Page<RewardView>> {
    const path = `hotspots/${hotspot}/rewards${queryText(query)}`;
    return this.read(path, schemas.pageOf(schemas.rewardSchema));
  }
  penaltiesOf(hotspot: Address, query?: PageQuery): Promise<Page<PenaltyView>> {
    const path = `hotspots/${hotspot}/penalties${queryText(query)}`;
    return this.read(path, schemas.pageOf(schemas.penaltySchema));
  }
  classifications(query?: PageQuery): Promise<Page<StandingClassification>> {
    const schema = schemas.pageOf(schemas.standingClassificationSchema);
    return this.read(`classifications${queryText(query)}`, schema);
  }
  hearingOf(hotspot: Address): Promise<HearingView | undefined> {
    return this.find(`hotspots/${hotspot}/hearing`, schemas.hearingSchema);
  }
  trafficOf(router: Address): Promise<TrafficView | undefined> {
    return this.find(`routers/${router}/traffic`, schemas.trafficSchema);
  }
  transaction(id: string): Promise<TransactionView | undefined> {
    return this.find(`transactions/${encodeURIComponent(id)}`, schemas.transactionSchema);
  }

  async submit(transaction: Uint8Array): Promise<SubmitOutcome> {
    const answer = await this.request("transactions", {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body: new Uint8Array(transaction),
    });
    const body = answer.body as Readonly<Record<string, unknown>>;
    if (answer.status === 202) return { outcome: "accepted", id: String(body.id) };
    if (answer.status !== 422) throw failed(answer);
    const detail = (body.numbers ?? {}) as Readonly<Record<string, unknown>>;
    return { outcome: "refused", reason: String(body.code), detail };
  }

  watch(options: WatchOptions, handler: (event: LedgerEvent) => void): Watch {
    if (this.watches.size >= WATCHES_MAX) throw new Error("too many watches on one client");
    const { base, clock, log } = this;
    const watch = new HttpWatch({ base, clock, log, watch: options, handler });
    this.watches.add(watch);
    return {
      cancel: () => {
        watch.cancel();
        this.watches.delete(watch);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const watch of this.watches) watch.cancel();
    this.watches.clear();
    this.stop.abort();
  }

  private async read<T>(path: string, schema: JsonSchema): Promise<T> {
    const answer = await this.request(path);
    if (answer.status !== 200) throw failed(answer);
    return fromWire<T>(schema, answer.body);
  }

  private async find<T>(path: string, schema: JsonSchema): Promise<T | undefined> {
    const answer = await this.request(path);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw failed(answer);
    return fromWire<T>(schema, answer.body);
  }

  private async request(path: string, init: RequestInit = {}): Promise<Answer> {
    const abort = new AbortController();
    const cancel = () => abort.abort();
    const timer = this.clock.after(REQUEST_TIMEOUT_MS, cancel);
    this.stop.signal.addEventListener("abort", cancel, { once: true });
    if (this.stop.signal.aborted) cancel();
    try {
      const response = await fetch(`${this.base}/v1/${path}`, { ...init, signal: abort.signal });
      const text = await readText(response);
      return { status: response.status, body: JSON.parse(text) as JsonValue };
    } catch (cause) {
      const advice = `the ledger at ${this.base} cannot be reached: check its address and network`;
      throw new Fault({ code: "ledger-unreachable", advice, url: this.base }, { cause });
    } finally {
      timer.cancel();
      this.stop.signal.removeEventListener("abort", cancel);
    }
  }
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > RESPONSE_BYTES_MAX) throw new Error("the answer is too long");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function failed({ status, body }: Answer): Fault {
  const code = typeof body === "object" && body !== null && "code" in body ? body.code : undefined;
  const advice = `the ledger answered ${status} (${String(code ?? "no reason")})`;
  return new Fault({ code: "ledger-failed", advice, status, reason: code });
}

function queryText(query: (PageQuery & { readonly owner?: Address }) | undefined): string {
  const parameters = new URLSearchParams();
  if (query?.cursor !== undefined) parameters.set("cursor", query.cursor);
  if (query?.limit !== undefined) parameters.set("limit", String(query.limit));
  if (query?.owner !== undefined) parameters.set("owner", query.owner);
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

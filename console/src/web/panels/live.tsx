import { tokenWords } from "@katydid/ledger/explain";
import { useEffect, useState } from "react";
import type { LedgerEventJson } from "../api.ts";
import { readFeed } from "../event-feed.ts";
import { useHotspotNames } from "../names.ts";
import { linkTo } from "../route.ts";

const ROWS_MAX = 200;
const KINDS = [
  "challenge-settled",
  "challenge-silent",
  "epoch-ended",
  "channel-changed",
  "transaction",
];
/** Each of these comes again, with what became of it, when its challenge settles. */
const OF_CHALLENGES = new Set(["open-challenge", "challenge-receipts", "report-commitment"]);

/** ChirpStack's `up` event, as far as a line of the feed needs it. */
interface UplinkJson {
  readonly deviceInfo: { readonly deviceName: string; readonly devEui: string };
  readonly rxInfo: readonly { readonly rssi: number; readonly metadata?: Record<string, string> }[];
}
type Row =
  | { readonly key: string; readonly kind: "ledger"; readonly event: LedgerEventJson }
  | { readonly key: string; readonly kind: "uplink"; readonly uplink: UplinkJson };

/** The ledger's events and the packets of one's own devices, as they come. */
export function LivePanel() {
  const [rows, setRows] = useState<readonly Row[]>([]);
  const [connected, setConnected] = useState(false);
  const names = useHotspotNames();
  useEffect(() => {
    const add = (row: Row) => setRows((before) => [row, ...before].slice(0, ROWS_MAX));
    // The browser resumes by Last-Event-ID by itself.
    const source = new EventSource(`v1/events?kinds=${KINDS.join(",")}`);
    source.onopen = () => setConnected(true);
    source.onerror = () => setConnected(false);
    const take = (message: MessageEvent<string>) => {
      const event = JSON.parse(message.data) as LedgerEventJson;
      if (event.kind === "transaction" && OF_CHALLENGES.has(event.transaction.kind)) return;
      add({ key: event.sequence, kind: "ledger", event });
    };
    for (const kind of KINDS) source.addEventListener(kind, take as EventListener);
    const stop = new AbortController();
    void readFeed("router/v1/events", stop.signal, ({ id, event, data }) => {
      if (event === "up") add({ key: `up-${id}`, kind: "uplink", uplink: JSON.parse(data) });
    });
    return () => {
      source.close();
      stop.abort();
    };
  }, []);
  return (
    <>
      <h1>Live</h1>
      <p className="soft">{connected ? "Listening to the network." : "Connecting…"}</p>
      <ul className="rows" data-testid="live">
        {rows.map((row) => (
          <li key={row.key}>
            {row.kind === "ledger" ? (
              <EventRow event={row.event} names={names} />
            ) : (
              <UplinkRow uplink={row.uplink} />
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

function UplinkRow(props: { uplink: UplinkJson }) {
  const { deviceInfo, rxInfo } = props.uplink;
  const best = Math.max(...rxInfo.map(({ rssi }) => rssi));
  return (
    <>
      A packet of <a href={linkTo.device(deviceInfo.devEui)}>{deviceInfo.deviceName}</a> was heard
      by {rxInfo.length} {rxInfo.length === 1 ? "hotspot" : "hotspots"}, at best with {best} dBm,
      and paid.
    </>
  );
}

function EventRow(props: { event: LedgerEventJson; names: ReadonlyMap<string, string> }) {
  const { event, names } = props;
  switch (event.kind) {
    case "challenge-settled": {
      const { view } = event;
      const valid = view.witnesses.filter((witness) => witness.verdict === "valid").length;
      return (
        <>
          A beacon of <HotspotLink address={view.target} names={names} /> was heard by {valid} of{" "}
          {view.witnesses.length} reporting.
        </>
      );
    }
    case "challenge-silent":
      return (
        <>
          Challenger <HotspotLink address={event.challenger} names={names} /> did not reveal and
          lost {tokenWords(event.penalty)}.
        </>
      );
    case "epoch-ended":
      return (
        <>
          Epoch {event.epoch} ended: {tokenWords(event.paid)} paid, {tokenWords(event.held)} held,{" "}
          {tokenWords(event.released)} released.
        </>
      );
    case "channel-changed":
      return (
        <>
          Channel {event.channel.id.slice(0, 8)}… {event.channel.state}:{" "}
          {Number(event.channel.reservedDc).toLocaleString("en-US")} of{" "}
          {Number(event.channel.depositDc).toLocaleString("en-US")} DC redeemed.
        </>
      );
    case "transaction":
      return (
        <>
          {event.transaction.kind} in block {event.height}
          {event.transaction.outcome === "applied"
            ? ""
            : `: no effect (${event.transaction.reason ?? ""})`}
        </>
      );
    default:
      return <>{event.kind}</>;
  }
}

function HotspotLink(props: { address: string | undefined; names: ReadonlyMap<string, string> }) {
  const { address, names } = props;
  if (address === undefined) return <>a hotspot</>;
  return <a href={linkTo.hotspot(address)}>{names.get(address) ?? `${address.slice(0, 10)}…`}</a>;
}

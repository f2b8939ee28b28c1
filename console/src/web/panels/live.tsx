import { useEffect, useState } from "react";
import type { LedgerEventJson } from "../api.ts";
import { linkTo } from "../route.ts";
import { tokenWords } from "../words.ts";

const ROWS_MAX = 200;
const KINDS = [
  "challenge-settled",
  "challenge-silent",
  "epoch-ended",
  "channel-changed",
  "hotspot-changed",
  "transaction",
];

/** The ledger's events as they come; the browser resumes by Last-Event-ID by itself. */
export function LivePanel() {
  const [rows, setRows] = useState<readonly LedgerEventJson[]>([]);
  const [connected, setConnected] = useState(false);
  useEffect(() => {
    const source = new EventSource(`v1/events?kinds=${KINDS.join(",")}`);
    source.onopen = () => setConnected(true);
    source.onerror = () => setConnected(false);
    const take = (message: MessageEvent<string>) => {
      const event = JSON.parse(message.data) as LedgerEventJson;
      setRows((before) => [event, ...before].slice(0, ROWS_MAX));
    };
    for (const kind of KINDS) source.addEventListener(kind, take as EventListener);
    return () => source.close();
  }, []);
  return (
    <>
      <h1>Live</h1>
      <p className="soft">{connected ? "Listening to the ledger." : "Connecting…"}</p>
      <ul className="rows" data-testid="live">
        {rows.map((event) => (
          <li key={event.sequence}>
            <EventRow event={event} />
          </li>
        ))}
      </ul>
    </>
  );
}

function EventRow(props: { event: LedgerEventJson }) {
  const { event } = props;
  switch (event.kind) {
    case "challenge-settled": {
      const { view } = event;
      const valid = view.witnesses.filter((witness) => witness.verdict === "valid").length;
      return (
        <>
          A beacon of <HotspotLink address={view.target} /> was heard by {valid} of{" "}
          {view.witnesses.length} reporting.
        </>
      );
    }
    case "challenge-silent":
      return (
        <>
          Challenger <HotspotLink address={event.challenger} /> did not reveal and lost{" "}
          {tokenWords(event.penalty)}.
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
    case "hotspot-changed":
      return (
        <>
          Hotspot <HotspotLink address={event.hotspot.address} name={event.hotspot.name} /> changed.
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

function HotspotLink(props: { address: string | undefined; name?: string }) {
  if (props.address === undefined) return <>a hotspot</>;
  return (
    <a href={linkTo.hotspot(props.address)}>{props.name ?? `${props.address.slice(0, 10)}…`}</a>
  );
}

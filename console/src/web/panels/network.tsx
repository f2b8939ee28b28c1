import { tokenWords } from "@katydid/ledger/explain";
import type { StatusJson } from "../api.ts";

export function NetworkPanel(props: { status: StatusJson | undefined }) {
  const { status } = props;
  if (status === undefined) return <p>Reading the ledger…</p>;
  const { supply } = status;
  return (
    <>
      <h1>An open network for things</h1>
      <p className="soft">
        Hotspots prove their coverage to each other by radio; devices pay per 24 bytes. Click a hex,
        a hotspot or a device on the map.
      </p>
      <dl>
        <dt>Chain</dt>
        <dd>{status.chainId}</dd>
        <dt>Hotspots, active of all</dt>
        <dd data-testid="hotspot-count">
          {status.activeHotspots} of {status.hotspots}
        </dd>
        <dt>Token price</dt>
        <dd>{(status.priceMicroUsd / 1e6).toFixed(2)} USD</dd>
        <dt>Epoch</dt>
        <dd>{status.epoch}</dd>
      </dl>
      <h2>Where every token is</h2>
      <dl>
        <dt>Genesis</dt>
        <dd>{tokenWords(supply.genesis)}</dd>
        <dt>Minted since</dt>
        <dd>{tokenWords(supply.minted)}</dd>
        <dt>Balances</dt>
        <dd>{tokenWords(supply.balances)}</dd>
        <dt>Bonds</dt>
        <dd>{tokenWords(supply.bonds)}</dd>
        <dt>Stakes</dt>
        <dd>{tokenWords(supply.stakes)}</dd>
        <dt>Held coverage pay</dt>
        <dd>{tokenWords(supply.held)}</dd>
        <dt>Burned</dt>
        <dd>{tokenWords(supply.burned)}</dd>
      </dl>
      <h2>Data credits</h2>
      <dl>
        <dt>Made</dt>
        <dd>{Number(supply.dcMade).toLocaleString("en-US")}</dd>
        <dt>In channels</dt>
        <dd>{Number(supply.dcInChannels).toLocaleString("en-US")}</dd>
        <dt>Spent</dt>
        <dd>{Number(supply.dcSpent).toLocaleString("en-US")}</dd>
      </dl>
      <p className="mono">state {status.stateRoot.slice(0, 32)}…</p>
    </>
  );
}

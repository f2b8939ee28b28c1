import type { ChallengeJson, HotspotJson, Page } from "../api.ts";
import { useHotspotNames } from "../names.ts";
import { linkTo } from "../route.ts";
import { useJson } from "../use-json.ts";
import { agoWords, tokenWords, verdictWords } from "../words.ts";

/** A hotspot's page: what it earned, and why each of its challenges paid or did not. */
export function HotspotPanel(props: { address: string; now: number | undefined }) {
  const hotspot = useJson<HotspotJson>(`v1/hotspots/${props.address}`, 5000);
  const challenges = useJson<Page<ChallengeJson>>(
    `v1/hotspots/${props.address}/challenges?limit=25`,
    5000,
  );
  const names = useHotspotNames();
  if (hotspot.state === "loading") return <p>Reading…</p>;
  if (hotspot.state === "failed") return <p className="bad">{hotspot.message}</p>;
  const { value } = hotspot;
  return (
    <>
      <h1 data-testid="hotspot-name">{value.name}</h1>
      <p className="mono">{value.address}</p>
      <dl>
        <dt>State</dt>
        <dd className={value.active ? "ok" : "bad"}>{value.active ? "active" : "not active"}</dd>
        <dt>Bond</dt>
        <dd>
          {tokenWords(value.bond)} {value.bonded ? "" : "(below half: fill it up)"}
        </dd>
        <dt>Cell</dt>
        <dd>{value.cell ?? "not asserted"}</dd>
        <dt>Antenna</dt>
        <dd>
          {value.gainDbi === undefined
            ? "–"
            : `${value.gainDbi.toFixed(1)} dBi, ${value.elevationMeters} m`}
        </dd>
        <dt>Density scale</dt>
        <dd>{value.densityScale}</dd>
        <dt>Heard by others</dt>
        <dd>{reciprocityWords(value.reciprocity.asWitness)}</dd>
        <dt>Hears others</dt>
        <dd>{reciprocityWords(value.reciprocity.asBeaconer)}</dd>
        <dt>Earned by data</dt>
        <dd>{tokenWords(value.earned.data)}</dd>
        <dt>Earned by coverage</dt>
        <dd>{tokenWords(value.earned.coverage)}</dd>
        <dt>Coverage pay still held</dt>
        <dd>{tokenWords(value.earned.held)}</dd>
      </dl>
      <h2>Challenges, newest first</h2>
      {challenges.state === "ready" ? (
        <ul className="rows" data-testid="challenges">
          {challenges.value.items.map((challenge) => (
            <ChallengeRow
              key={`${challenge.challenge.slot}-${challenge.challenge.index}`}
              challenge={challenge}
              self={props.address}
              names={names}
              now={props.now ?? challenge.drawnAt}
            />
          ))}
          {challenges.value.items.length === 0 && (
            <li>None yet: it takes part as soon as it is drawn.</li>
          )}
        </ul>
      ) : (
        <p>{challenges.state === "failed" ? challenges.message : "Reading…"}</p>
      )}
    </>
  );
}

function reciprocityWords(state: string): string {
  if (state === "met") return "yes";
  if (state === "grace") return "not yet (pay is held)";
  return "no (earns nothing from coverage)";
}

function ChallengeRow(props: {
  challenge: ChallengeJson;
  self: string;
  now: number;
  names: ReadonlyMap<string, string>;
}) {
  const { challenge, self, names } = props;
  const valid = challenge.witnesses.filter((witness) => witness.verdict === "valid").length;
  const own = challenge.witnesses.find((witness) => witness.witness === self);
  return (
    <li>
      <div className="row">
        <strong>{roleWords(challenge, self)}</strong>
        <span className="soft">{agoWords(challenge.drawnAt, props.now)}</span>
      </div>
      {own ? (
        <div className={own.verdict === "valid" ? "ok" : "bad"} data-testid="verdict">
          {verdictWords(own)}
          {own.selected && Number(own.units) > 0 ? ` ${own.units} units.` : ""}
        </div>
      ) : (
        <div className={valid > 0 ? "ok" : "soft"} data-testid="verdict">
          {outcomeWords(challenge, valid)}
        </div>
      )}
      {challenge.witnesses.length > 0 && (
        <details>
          <summary className="soft">
            {challenge.witnesses.length} witnesses, with reason and numbers
          </summary>
          <ul>
            {challenge.witnesses.map((witness) => (
              <li key={witness.witness}>
                <a href={linkTo.hotspot(witness.witness)}>
                  {names.get(witness.witness) ?? `${witness.witness.slice(0, 10)}…`}
                </a>{" "}
                <span className={witness.verdict === "valid" ? "ok" : "bad"}>
                  {verdictWords(witness)}
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

function roleWords(challenge: ChallengeJson, self: string): string {
  if (challenge.target === self) return "Beaconed";
  if (challenge.challenger === self) return "Challenged another";
  return "Witnessed";
}

function outcomeWords(challenge: ChallengeJson, valid: number): string {
  switch (challenge.state) {
    case "opened":
    case "targeted":
    case "revealed":
      return "Under way.";
    case "lapsed":
      return "Lapsed: there was nobody to challenge. No penalty.";
    case "silent":
      return "The challenger never revealed; it lost 5 % of its bond.";
    case "settled":
      if (challenge.receipt === undefined) return "The target sent no receipt: nobody is paid.";
      if (valid === 0) return "Beacon sent; nobody heard it validly, so it earned nothing.";
      return `Heard by ${valid} valid ${valid === 1 ? "witness" : "witnesses"}; beaconer units ${challenge.beaconerUnits ?? "0"}, density scale ${challenge.densityScale ?? "1"}.`;
  }
}

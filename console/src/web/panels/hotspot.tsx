import { type Sentence, tokenWords, verdictWords, type Why, whyOf } from "@katydid/ledger/explain";
import type { ChallengeJson, HotspotJson, Page, PenaltyJson, RewardJson } from "../api.ts";
import { useHotspotNames } from "../names.ts";
import { linkTo } from "../route.ts";
import { useJson } from "../use-json.ts";
import { agoWords } from "../words.ts";

/** A hotspot's page: what it earned, and why each of its challenges paid or did not. */
export function HotspotPanel(props: { address: string; now: number | undefined }) {
  const hotspot = useJson<HotspotJson>(`v1/hotspots/${props.address}`, 5000);
  const challenges = useJson<Page<ChallengeJson>>(
    `v1/hotspots/${props.address}/challenges?limit=25`,
    5000,
  );
  const rewards = useJson<Page<RewardJson>>(`v1/hotspots/${props.address}/rewards?limit=100`, 5000);
  const penalties = useJson<Page<PenaltyJson>>(
    `v1/hotspots/${props.address}/penalties?limit=100`,
    5000,
  );
  const names = useHotspotNames();
  if (hotspot.state === "loading") return <p>Reading…</p>;
  if (hotspot.state === "failed") return <p className="bad">{hotspot.message}</p>;
  const { value } = hotspot;
  const items = challenges.state === "ready" ? challenges.value.items : [];
  const why = whyOf({
    address: props.address,
    hotspot: value,
    challenges: items,
    rewards: rewards.state === "ready" ? rewards.value.items : [],
    penalties: penalties.state === "ready" ? penalties.value.items : [],
    protocolTime: props.now ?? value.lastActiveAt,
  });
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
        <dt>Earned by data</dt>
        <dd>{tokenWords(value.earned.data)}</dd>
        <dt>Earned by coverage</dt>
        <dd>{tokenWords(value.earned.coverage)}</dd>
        <dt>Coverage pay still held</dt>
        <dd>{tokenWords(value.earned.held)}</dd>
      </dl>
      <h2>How it stands</h2>
      <Sentences said={why.standing} testId="standing" />
      <h2>What became of its pay</h2>
      <Sentences said={why.pay} testId="pay" />
      <h2>Challenges, newest first</h2>
      {challenges.state === "ready" ? (
        <ul className="rows" data-testid="challenges">
          {why.challenges.map((entry) => (
            <ChallengeRow
              key={`${entry.challenge.challenge.slot}-${entry.challenge.challenge.index}`}
              entry={entry}
              names={names}
              now={props.now ?? entry.challenge.drawnAt}
            />
          ))}
          {items.length === 0 && <li>None yet: it takes part as soon as it is drawn.</li>}
        </ul>
      ) : (
        <p>{challenges.state === "failed" ? challenges.message : "Reading…"}</p>
      )}
    </>
  );
}

function Sentences({ said, testId }: { said: readonly Sentence[]; testId: string }) {
  return (
    <ul className="rows" data-testid={testId}>
      {said.map(({ mood, text }) => (
        <li key={text} className={moodClass[mood]}>
          {text}
        </li>
      ))}
    </ul>
  );
}

const moodClass = { good: "ok", wait: "soft", bad: "bad" } as const;
const outcomeClass = { paid: "ok", pending: "soft", unpaid: "bad" } as const;
const roleWords = {
  beaconer: "Beaconed",
  challenger: "Challenged another",
  witness: "Witnessed",
} as const;

function ChallengeRow(props: {
  entry: Why<ChallengeJson>["challenges"][number];
  now: number;
  names: ReadonlyMap<string, string>;
}) {
  const { entry, names } = props;
  const { challenge, role, outcome, text } = entry;
  return (
    <li>
      <div className="row">
        <strong>{roleWords[role]}</strong>
        <span className="soft">{agoWords(challenge.drawnAt, props.now)}</span>
      </div>
      <div className={outcomeClass[outcome]} data-testid="verdict">
        {text}
      </div>
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

/** `katydid why`: why a hotspot was paid what it was paid, and what was not, in words and numbers. */
import type { ChallengeView, LedgerClient, RewardView } from "@katydid/ledger/client";
import { type Sentence, whyOf } from "@katydid/ledger/explain";
import { type Address, hotspotName } from "@katydid/protocol";
import { type Answer, type Command, columns, optionInteger } from "../command.ts";
import { nodeOption, openClient } from "../network.ts";
import { findHotspot } from "./hotspot.ts";

const CHALLENGES_DEFAULT = 20;
const CHALLENGES_MAX = 1000;
/** Epochs of a day, four kinds of pay in each: what one wants to have explained. */
const REWARDS_MAX = 1000;
const PAGE = 100;

export const why: Command = {
  name: "why",
  summary: "explain a hotspot's pay: every unpaid witness, classification, held or burned amount",
  arguments: [{ name: "HOTSPOT", summary: "address or three-word name" }],
  options: [
    {
      flags: "--challenges COUNT",
      summary: "of the newest this many are explained",
      default: String(CHALLENGES_DEFAULT),
    },
    nodeOption,
  ],
  run: async (invocation): Promise<Answer> => {
    const count = { min: 0, max: CHALLENGES_MAX };
    const wanted = optionInteger(invocation, "challenges", count) ?? CHALLENGES_DEFAULT;
    await using client = openClient(invocation);
    const hotspot = await findHotspot(client, invocation.arguments[0]);
    const { address } = hotspot;
    const { protocolTime } = await client.status();
    const challenges = await challengesOf(client, address, wanted);
    const rewards = await rewardsOf(client, address);
    const { items: penalties } = await client.penaltiesOf(address, { limit: PAGE });
    const facts = { address, hotspot, challenges, rewards, penalties, protocolTime };
    const explained = whyOf(facts);
    const lines = [
      `${hotspot.name} (${address})`,
      "",
      ...sentences(explained.standing),
      "",
      ...sentences(explained.pay),
    ];
    if (explained.challenges.length > 0) {
      lines.push("", `Of its last ${explained.challenges.length} challenges:`);
      lines.push(...columns(explained.outcomes.map(({ text, count }) => [`  ${count}`, text])));
      lines.push("", "Newest first:");
      for (const { challenge, role, text } of explained.challenges) {
        lines.push(`  ${challengeName(challenge)} ${role}${others(challenge, address)}: ${text}`);
      }
    } else lines.push("", "It took part in no challenge yet: it does as soon as it is drawn.");
    return { json: { hotspot, ...explained }, lines };
  },
};

const marks = { good: "+", wait: "~", bad: "!" } as const;

function sentences(said: readonly Sentence[]): string[] {
  return said.map(({ mood, text }) => `${marks[mood]} ${text}`);
}

function challengeName({ challenge }: ChallengeView): string {
  return `${challenge.slot}/${challenge.index}`;
}

/** Of whose beacon it was a witness, or whom it challenged. */
function others({ target }: ChallengeView, self: Address): string {
  if (target === undefined || target === self) return "";
  return ` of ${hotspotName(target)}`;
}

async function challengesOf(
  client: LedgerClient,
  hotspot: Address,
  wanted: number,
): Promise<ChallengeView[]> {
  const items: ChallengeView[] = [];
  let cursor: string | undefined;
  while (items.length < wanted) {
    const limit = Math.min(PAGE, wanted - items.length);
    const page = await client.challengesOf(hotspot, { limit, ...(cursor && { cursor }) });
    items.push(...page.items);
    cursor = page.cursor;
    if (cursor === undefined) break;
  }
  return items;
}

async function rewardsOf(client: LedgerClient, hotspot: Address): Promise<RewardView[]> {
  const items: RewardView[] = [];
  let cursor: string | undefined;
  while (items.length < REWARDS_MAX) {
    const page = await client.rewardsOf(hotspot, { limit: PAGE, ...(cursor && { cursor }) });
    items.push(...page.items);
    cursor = page.cursor;
    if (cursor === undefined) break;
  }
  return items;
}

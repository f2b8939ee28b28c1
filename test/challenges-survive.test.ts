/**
 * Target, witness and challenger are killed at any instant, again and again, while somebody replays
 * old messages and a challenger sends every order that it can make: no target ever signs two
 * receipts of a challenge, no challenger two secrets for a slot or two acknowledgements of a subject,
 * and whatever was acknowledged is in the reveal.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeMessage, receiptsFlaw, toHex } from "@katydid/protocol";
import { MortalChallenges, mallory } from "./survival/challenge-world.ts";

const nameOf = ({ slot, index }: { slot: number; index: number }) => `${slot}/${index}`;

test("killed at any moment, no role of a challenge says two things", async () => {
  const world = new MortalChallenges("one");
  await world.run({ slots: 36 });
  assert.ok(world.kills > 80, `${world.kills} kills`);
  assertSecrets(world);
  assertReceipts(world);
  assertAcknowledgements(world);
});

function assertSecrets({ challenges }: MortalChallenges): void {
  const opened = challenges.filter((drawn) => drawn.opened.size > 0);
  assert.ok(opened.length > 18, `${opened.length} opened`);
  for (const { opened, challenge } of challenges) {
    assert.ok(opened.size <= 1, `${opened.size} secrets for slot ${challenge.slot}`);
  }
}

function assertReceipts(world: MortalChallenges): void {
  const receipts = world.receipts();
  const groups = Map.groupBy(receipts, ({ challenge }) => nameOf(challenge));
  const hostile = new Set(
    world.challenges
      .filter(({ challenger }) => challenger === mallory)
      .map(({ challenge }) => nameOf(challenge)),
  );
  const obeyed = [...groups.keys()].filter((name) => hostile.has(name));
  assert.ok(obeyed.length >= 4, `${obeyed.length} of the hostile challenger's were obeyed`);
  assert.ok(groups.size - obeyed.length >= 8, "and of honest ones");
  for (const group of groups.values()) {
    const [first] = group;
    assert(first);
    for (const other of group) assert.equal(receiptsFlaw(first, other), "contents");
  }
}

function assertAcknowledgements(world: MortalChallenges): void {
  const said = world.acknowledgements();
  const groups = Map.groupBy(said, ({ challenge, subject }) => `${nameOf(challenge)} ${subject}`);
  assert.ok(groups.size > 15, `${groups.size} were acknowledged`);
  for (const group of groups.values()) {
    assert.equal(new Set(group.map((each) => toHex(encodeMessage(each)))).size, 1);
  }
  let revealed = 0;
  for (const { challenge, subject, acknowledgedAt } of said) {
    const drawn = world.challenges.find((one) => one.challenge.slot === challenge.slot);
    const reveal = drawn?.reveal;
    // A process that is dead all the time before the deadline reveals nothing: silence.
    if (reveal === undefined) continue;
    // What came too late belongs in by no rule; the time that was acknowledged says so.
    const listed = reveal.listed.find(({ witness }) => witness === subject);
    if (listed?.reason === "too-late") continue;
    revealed++;
    const inReveal =
      drawn?.target === subject
        ? reveal.receipt
        : reveal.reports.find(({ signed }) => signed.witness === subject);
    assert.equal(inReveal?.acknowledgedAt, acknowledgedAt, `${nameOf(challenge)} ${subject}`);
  }
  assert.ok(revealed > said.length / 2, `${revealed} of ${said.length}`);
}

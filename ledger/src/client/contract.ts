/**
 * What every LedgerClient does, whatever is between it and the node: it says what the node's own
 * client says, and hands out each event once. `make` plays a network with hotspots, one of which
 * left, a challenge that is over, one that was never revealed, classifications, a router with a channel that was slashed and one
 * that owes, and a transaction `applied`, and gives the client on it.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Address, Bytes32 } from "@katydid/protocol";
import type { LedgerClient, LedgerEvent, WatchOptions } from "./client.ts";

export interface ClientSubject extends AsyncDisposable {
  readonly client: LedgerClient;
  /** In the node's own process: what the client must agree with. */
  readonly reference: LedgerClient;
  readonly hotspots: readonly Address[];
  readonly owner: Address;
  readonly router: Address;
  readonly channel: Bytes32;
  /** Of a transaction that is in a block. */
  readonly applied: string;
  /** A signed transaction that the mempool takes, and one that it refuses for its nonce. */
  readonly good: Uint8Array;
  readonly bad: Uint8Array;
  /** Makes blocks. */
  blocks(count: number): Promise<void>;
  /** Lets events arrive until `done` says so; fails if they do not come. */
  until(done: () => boolean): Promise<void>;
  /** Waits until the node knows of that many watches, those of `reference` counted too. */
  watching(count: number): Promise<void>;
}

export function ledgerClientContract(name: string, make: () => Promise<ClientSubject>): void {
  describe(`ledger client contract: ${name}`, () => {
    test("every read is what the node says", async () => {
      await using subject = await make();
      const { client, reference, hotspots, owner, router, channel } = subject;
      assert.deepEqual(await client.status(), await reference.status());
      for (const address of [owner, router]) {
        assert.deepEqual(await client.account(address), await reference.account(address));
      }
      for (const hotspot of hotspots) {
        const view = await reference.hotspot(hotspot);
        assert.ok(view !== undefined);
        assert.deepEqual(await client.hotspot(hotspot), view);
        const challenges = await reference.challengesOf(hotspot);
        assert.ok(challenges.items.length > 0);
        assert.deepEqual(await client.challengesOf(hotspot), challenges);
        for (const { challenge } of challenges.items) {
          const { slot, index } = challenge;
          assert.deepEqual(
            await client.challenge({ slot, index }),
            await reference.challenge({ slot, index }),
          );
        }
        assert.deepEqual(await client.rewardsOf(hotspot), await reference.rewardsOf(hotspot));
        assert.deepEqual(await client.penaltiesOf(hotspot), await reference.penaltiesOf(hotspot));
        assert.deepEqual(await client.hearingOf(hotspot), await reference.hearingOf(hotspot));
      }
      const penalties = await Promise.all(hotspots.map((one) => client.penaltiesOf(one)));
      assert.ok(penalties.some(({ items }) => items.some(({ motes }) => motes > 0n)));
      const standing = await Promise.all(hotspots.map((hotspot) => client.hotspot(hotspot)));
      assert.ok(standing.some((view) => view?.leftAt !== undefined));
      const hearings = await Promise.all(hotspots.map((hotspot) => client.hearingOf(hotspot)));
      assert.ok(hearings.some((hearing) => (hearing?.edges.length ?? 0) > 0));
      const classifications = await reference.classifications();
      assert.ok(classifications.items.length > 1);
      assert.deepEqual(await client.classifications(), classifications);
      assert.ok((await reference.trafficOf(router)) !== undefined);
      assert.deepEqual(await client.trafficOf(router), await reference.trafficOf(router));
      assert.ok((await reference.routers()).length > 0 && (await reference.relays()).length > 0);
      assert.deepEqual(await client.routers(), await reference.routers());
      assert.deepEqual(await client.relays(), await reference.relays());
      assert.ok((await reference.channel(channel)) !== undefined);
      assert.deepEqual(await client.channel(channel), await reference.channel(channel));
      const views = await reference.channels(router);
      assert.deepEqual(await client.channels(router), views);
      assert.ok(views.some(({ slashed }) => slashed) && views.some(({ cutDc }) => cutDc));
      const { applied } = subject;
      assert.ok((await reference.transaction(applied)) !== undefined);
      assert.deepEqual(await client.transaction(applied), await reference.transaction(applied));
    });

    test("what is not there is undefined or empty", async () => {
      await using subject = await make();
      const { client, owner } = subject;
      assert.equal(await client.hotspot(owner), undefined);
      assert.equal(await client.channel(new Uint8Array(32)), undefined);
      assert.equal(await client.challenge({ slot: 0xffff_ffff, index: 9 }), undefined);
      assert.equal(await client.transaction("00".repeat(32)), undefined);
      assert.equal(await client.transaction("no id"), undefined);
      assert.deepEqual(await client.challengesOf(owner), { items: [] });
      assert.deepEqual(await client.rewardsOf(owner), { items: [] });
      assert.deepEqual(await client.penaltiesOf(owner), { items: [] });
      assert.deepEqual(await client.channels(owner), []);
      assert.equal(await client.hearingOf(owner), undefined);
      assert.equal(await client.trafficOf(owner), undefined);
    });

    test("pages follow their cursors and filter by owner", async () => {
      await using subject = await make();
      const { client, hotspots, owner, router } = subject;
      const seen: Address[] = [];
      let cursor: string | undefined;
      do {
        const page = await client.hotspots({ limit: 2, owner, ...(cursor && { cursor }) });
        assert.ok(page.items.length <= 2);
        seen.push(...page.items.map(({ address }) => address));
        cursor = page.cursor;
      } while (cursor !== undefined);
      assert.deepEqual([...seen].sort(), [...hotspots].sort());
      assert.deepEqual(await client.hotspots({ owner: router }), { items: [] });
      const all = await client.classifications();
      const first = await client.classifications({ limit: 1 });
      assert.ok(first.cursor !== undefined && first.items.length === 1);
      const rest = await client.classifications({ cursor: first.cursor });
      assert.deepEqual([...first.items, ...rest.items], all.items);
    });

    test("a submission is accepted, or refused with its reason and numbers", async () => {
      await using subject = await make();
      const { client, good, bad, reference } = subject;
      const refused = await client.submit(bad);
      assert.ok(refused.outcome === "refused");
      assert.equal(refused.reason, "nonce-mismatch");
      assert.deepEqual(refused, await reference.submit(bad));
      const malformed = await client.submit(Uint8Array.of(7));
      assert.ok(malformed.outcome === "refused" && malformed.reason === "malformed");
      const accepted = await client.submit(good);
      assert.ok(accepted.outcome === "accepted");
      await subject.blocks(1);
      assert.equal((await client.transaction(accepted.id))?.outcome, "applied");
    });

    test("a watch without filters sees every event of every block, in order, each once", async () => {
      await using subject = await make();
      const told = watchOf(subject.reference, {});
      const seen = watchOf(subject.client, {});
      await subject.watching(2);
      await subject.client.submit(subject.good);
      await subject.blocks(3);
      await subject.until(() => blocksOf(seen) === 3);
      assert.deepEqual(seen, told);
      assert.ok(seen.some(({ kind }) => kind === "transaction"));
    });

    test("subjects and kinds choose; what is not chosen does not come", async () => {
      await using subject = await make();
      const { client, owner } = subject;
      const own = watchOf(client, { subjects: [owner] });
      const foreign = watchOf(client, { subjects: [subject.router], kinds: ["transaction"] });
      const blocks = watchOf(client, { kinds: ["block"] });
      await subject.watching(3);
      await client.submit(subject.good);
      await subject.blocks(2);
      await subject.until(() => blocks.length === 2 && own.length > 0);
      assert.ok(own.every(({ subjects }) => subjects.includes(owner)));
      assert.deepEqual(foreign, []);
    });

    test("a watch begins after the sequence that it names", async () => {
      await using subject = await make();
      const first = watchOf(subject.client, { kinds: ["block"] });
      await subject.watching(1);
      await subject.blocks(4);
      await subject.until(() => first.length === 4);
      const after = first[1]?.sequence ?? "";
      const resumed = watchOf(subject.client, { kinds: ["block"], after });
      await subject.until(() => resumed.length >= 2);
      await subject.blocks(1);
      await subject.until(() => first.length === 5 && resumed.length >= 3);
      assert.deepEqual(resumed, first.slice(2));
    });

    test("who was slashed is told, with what it cost and who gained by it", async () => {
      await using subject = await make();
      const options = { kinds: ["slashed"], after: "0-0" } as const;
      const told = watchOf(subject.reference, options);
      const seen = watchOf(subject.client, options);
      await subject.until(() => told.length === 1 && seen.length === 1);
      assert.deepEqual(seen, told);
    });

    test("a cancelled watch is silent", async () => {
      await using subject = await make();
      const seen: LedgerEvent[] = [];
      const watch = subject.client.watch({}, (event) => seen.push(event));
      const other = watchOf(subject.client, {});
      await subject.watching(2);
      watch.cancel();
      await subject.blocks(1);
      await subject.until(() => blocksOf(other) === 1);
      assert.deepEqual(seen, []);
    });
  });
}

function watchOf(client: LedgerClient, options: WatchOptions): LedgerEvent[] {
  const seen: LedgerEvent[] = [];
  client.watch(options, (event) => seen.push(event));
  return seen;
}

function blocksOf(events: readonly LedgerEvent[]): number {
  return events.filter(({ kind }) => kind === "block").length;
}

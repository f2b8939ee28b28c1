/** What becomes of each reward in one block. */
import type { RewardView } from "../client/client.ts";
import { keyName, type RewardRecord } from "../transition/index.ts";
import * as layout from "./layout.ts";

/**
 * Records of one block, entered in their order over what the index knows. A record is the newest word
 * on its (hotspot, epoch, kind), but for what was burned: that is added up under its reason, and is
 * no longer in what was held. A reward of nothing is to be removed.
 */
export class RewardBook {
  private readonly read: (key: Uint8Array) => RewardView | undefined;
  private readonly changed = new Map<string, readonly [key: Uint8Array, view: RewardView]>();

  constructor(read: (key: Uint8Array) => RewardView | undefined) {
    this.read = read;
  }

  enter({ hotspot, view }: RewardRecord): void {
    const { reason, ...rest } = view;
    if (view.state !== "burned" || reason === undefined) {
      this.put(layout.rewardKey(hotspot, rest), view);
      return;
    }
    const key = layout.rewardKey(hotspot, view);
    const burned = (this.at(key)?.motes ?? 0n) + view.motes;
    this.put(key, { ...view, motes: burned as RewardView["motes"] });
    const heldKey = layout.rewardKey(hotspot, rest);
    const held = this.at(heldKey);
    if (held?.state !== "held") return;
    const left = held.motes > view.motes ? held.motes - view.motes : 0n;
    this.put(heldKey, { ...held, motes: left as RewardView["motes"] });
  }

  entries(): readonly (readonly [key: Uint8Array, view: RewardView])[] {
    return [...this.changed.values()];
  }

  private at(key: Uint8Array): RewardView | undefined {
    return this.changed.get(keyName(key))?.[1] ?? this.read(key);
  }

  private put(key: Uint8Array, view: RewardView): void {
    this.changed.set(keyName(key), [key, view]);
  }
}

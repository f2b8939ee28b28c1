/**
 * stake: a block producer's stake with its first hash chain, or the next chain of one that stakes
 * already. A first chain is in force an epoch later: whoever commits to one cannot know the entropy
 * that it will meet.
 */
import {
  addressOf,
  type Height,
  isRegistrableKey,
  type Milliseconds,
  type Motes,
  milliseconds,
  type Stake,
} from "@katydid/protocol";
import type { Draft } from "../draft.ts";
import { debit } from "../money.ts";
import { producerIdOf } from "../producer.ts";
import { producerTable } from "../tables.ts";
import type { Refusal } from "../types.ts";
import { type Rule, refuse } from "./ruling.ts";

export const stake: Rule<Stake> = (draft, body) => {
  const { validatorStake, validatorsMax } = draft.context.params;
  if (body.chainLength === 0) return refuse({ reason: "out-of-range", field: "chainLength" });
  const key = producerIdOf(body.producerKey);
  const known = draft.get(producerTable, key);
  if (known !== undefined) {
    if (known.owner !== body.actor) return refuse({ reason: "not-owner", owner: known.owner });
    if (known.leftAt !== undefined) return refuse({ reason: "producer-left" });
    if (known.next !== undefined) return refuse({ reason: "chain-already-committed" });
  } else {
    if (!isRegistrableKey(body.producerKey)) {
      return refuse({ reason: "key-not-registrable", key: addressOf(body.producerKey) });
    }
    if (body.motes < validatorStake) {
      return refuse({ reason: "stake-too-low", minimum: validatorStake, offered: body.motes });
    }
    if (draft.chain.producers >= validatorsMax) {
      return refuse({ reason: "validators-full", limit: validatorsMax });
    }
  }
  return { apply: () => apply(draft, body) };
};

function apply(draft: Draft, body: Stake): Refusal | undefined {
  const refusal = debit(draft, { address: body.actor, motes: body.motes });
  if (refusal !== undefined) return refusal;
  draft.adjustSupply({ stakes: body.motes });
  const key = producerIdOf(body.producerKey);
  const known = draft.get(producerTable, key);
  const chain = { tip: body.chainTip, links: body.chainLength };
  if (known !== undefined) {
    const more = (known.stake + body.motes) as Motes;
    draft.put(producerTable, key, { ...known, stake: more, next: chain });
    return undefined;
  }
  draft.put(producerTable, key, {
    owner: body.actor,
    producerKey: body.producerKey,
    stake: body.motes,
    inForceAt: inForceAt(draft),
    chain,
    next: undefined,
    blocks: 0,
    leftAt: undefined,
    slashedHeight: 0 as Height,
  });
  draft.updateChain({ producers: draft.chain.producers + 1 });
  return undefined;
}

function inForceAt(draft: Draft): Milliseconds {
  return milliseconds(draft.now + draft.context.params.epochSeconds * 1000);
}

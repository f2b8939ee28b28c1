/**
 * What people do once when a network begins: the operator registers relay and router, owners add
 * and place their hotspots. Each step looks first whether it is done, so a start that was cut off
 * goes on where it was.
 */
import { makeClaim } from "@katydid/hotspot-agent";
import {
  type BodyWithoutCommon,
  type LedgerClient,
  type SendOptions,
  type SubmitOutcome,
  TransactionSender,
} from "@katydid/ledger/client";
import { type Clock, Fault, type Random, type Store } from "@katydid/platform";
import {
  type Address,
  type Cell,
  db,
  type KeyPair,
  type Motes,
  type Params,
  type Signer,
} from "@katydid/protocol";

export interface OnboardingOptions {
  readonly ledger: LedgerClient;
  readonly chainId: string;
  readonly params: Params;
  readonly clock: Clock;
  readonly random: Random;
}

/** Where a hotspot stands and how it hears, as its owner asserts it. */
export interface Seat {
  readonly cell: Cell;
  readonly gainDbi: number;
  readonly elevationMeters: number;
}

export class Onboarding {
  readonly #options: OnboardingOptions;
  readonly #senders = new Map<Address, TransactionSender>();

  constructor(options: OnboardingOptions) {
    this.#options = options;
  }

  /** Burns tokens for DC where the account has less than `least`. */
  async supply(
    signer: Signer,
    { least, motes }: { readonly least: bigint; readonly motes: Motes },
  ): Promise<void> {
    const { dc } = await this.#options.ledger.account(signer.address);
    if (dc < least) await this.#send(signer, { kind: "burn", motes, beneficiary: signer.address });
  }

  async relay(operator: Signer, url: string): Promise<void> {
    const relays = await this.#options.ledger.relays();
    if (relays.some((relay) => relay.operator === operator.address && relay.url === url)) return;
    await this.#send(operator, { kind: "register-relay", url });
    await this.#until("relay-changed", () =>
      this.#options.ledger.relays().then((known) => known.some((relay) => relay.url === url)),
    );
  }

  async router(
    operator: Signer,
    { router, endpoint, slabs }: { router: KeyPair; endpoint: string; slabs: number },
  ): Promise<void> {
    const { ledger } = this.#options;
    const known = (await ledger.routers()).find(({ address }) => address === router.address);
    const endpoints = [endpoint];
    if (known?.endpoints.includes(endpoint)) return;
    if (known !== undefined) {
      const { filter } = known;
      const body = { kind: "update-router", router: router.address, addSlabs: 0 } as const;
      await this.#send(operator, { ...body, endpoints, filter });
    } else {
      const body = { kind: "register-router", router: router.address, endpoints, slabs } as const;
      await this.#send(operator, body, { cosigners: [router] });
    }
    await this.#until("router-changed", () =>
      ledger.routers().then((all) => all.some(({ endpoints: has }) => has.includes(endpoint))),
    );
  }

  /** Adds the hotspot by its claim, and places it. */
  async hotspot(
    owner: Signer,
    { key, seat, store }: { key: KeyPair; seat: Seat; store: Store },
  ): Promise<void> {
    const { ledger, chainId, random } = this.#options;
    const known = await ledger.hotspot(key.address);
    const { address: hotspot } = key;
    if (known === undefined) {
      const claim = await makeClaim({ key, owner: owner.address, chainId, store, random });
      const body = {
        kind: "add-hotspot",
        hotspot,
        owner: owner.address,
        nonceHash: claim.nonceHash,
      } as const;
      await this.#send(owner, body, { claim });
    }
    if (known?.cell !== undefined) return;
    await this.#send(owner, {
      kind: "assert-location",
      hotspot,
      cell: seat.cell,
      gainDbi: db(seat.gainDbi),
      elevationMeters: seat.elevationMeters,
    });
  }

  async #send(
    signer: Signer,
    body: BodyWithoutCommon,
    options: SendOptions = {},
  ): Promise<SubmitOutcome> {
    let sender = this.#senders.get(signer.address);
    if (sender === undefined) {
      const { ledger: client, chainId, params, clock } = this.#options;
      sender = new TransactionSender({ client, signer, chainId, params, clock });
      this.#senders.set(signer.address, sender);
    }
    const outcome = await sender.send(body, options);
    if (outcome.outcome === "accepted") return outcome;
    const { reason, detail } = outcome;
    const advice = `The ledger refused ${body.kind} (${reason}): move the data folder away to start anew.`;
    throw new Fault({ code: "onboarding-refused", reason, detail, advice });
  }

  /** Until `holds`, asked again after each event of that kind and each block. */
  async #until(
    kind: "relay-changed" | "router-changed",
    holds: () => Promise<boolean>,
  ): Promise<void> {
    if (await holds()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // The event may have been before the watch began to hear: then the next block tells.
    const watch = this.#options.ledger.watch({ kinds: [kind, "block"] }, () => {
      holds().then((now) => now && resolve(), reject);
    });
    try {
      await promise;
    } finally {
      watch.cancel();
    }
  }
}

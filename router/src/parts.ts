/** Puts the parts of a router together, in three groups; router.ts joins the groups. */
import type { Address, SignedVoucher } from "@katydid/protocol";
import type { RouterOptions } from "./contract.ts";
import { AddressPool } from "./downlink/address-pool.ts";
import { DownlinkDesk, type DownlinkDeskOptions } from "./downlink/downlink-desk.ts";
import { DownlinkQueue } from "./downlink/downlink-queue.ts";
import { JoinAnswers } from "./downlink/join-answer.ts";
import { PendingDownlinks } from "./downlink/pending-downlinks.ts";
import type { RouterEventHandler } from "./events/events.ts";
import { TRAIL_POINTS_DEFAULT } from "./limits.ts";
import { DeviceRegistry } from "./owners/device-registry.ts";
import { DeviceStatuses } from "./owners/device-status.ts";
import { mqttAuthorizer } from "./owners/mqtt-authorizer.ts";
import { OwnerRegistry } from "./owners/owner-registry.ts";
import { Trail } from "./owners/trail.ts";
import { Purse } from "./payment/purse.ts";
import { VoucherPress } from "./payment/voucher-press.ts";
import type { WriteBatch } from "./store/write-batch.ts";
import { Answers, type AnswersOptions } from "./uplink/answers.ts";
import { DataDesk } from "./uplink/data-desk.ts";
import { Delivery } from "./uplink/delivery.ts";
import { FrontDesk } from "./uplink/front-desk.ts";
import { JoinDesk } from "./uplink/join-desk.ts";
import { OfferDesk } from "./uplink/offer-desk.ts";

const VOUCHER_INTERVAL_MS = 1_000;

/** What owners entered, and what is kept of their devices. */
export function ownerParts(options: RouterOptions, batch: WriteBatch) {
  const { store, random, trailPointsMax: pointsMax = TRAIL_POINTS_DEFAULT } = options;
  const owners = new OwnerRegistry({ store, random: random.stream("owners") });
  const devices = new DeviceRegistry({ store, batch });
  return {
    owners,
    mqtt: mqttAuthorizer({ owners }),
    devices,
    downlinks: new DownlinkQueue({ store }),
    statuses: new DeviceStatuses({ store, batch }),
    trail: new Trail({ store, batch, pointsMax }),
    addresses: new AddressPool({ usersOf: (address) => devices.byDevAddr(address).length }),
  };
}
export type OwnerParts = ReturnType<typeof ownerParts>;

/** What is owed, and the vouchers for it. */
export function paymentParts(
  options: RouterOptions,
  needs: {
    readonly batch: WriteBatch;
    readonly send: (hotspot: Address, voucher: SignedVoucher) => void;
  },
) {
  const { key: signer, chainId, params, clock, log, voucherIntervalMs = 0 } = options;
  const intervalMs = Math.max(VOUCHER_INTERVAL_MS, voucherIntervalMs);
  const press = new VoucherPress({ ...needs, signer, chainId, params, clock, log, intervalMs });
  const purse = new Purse({
    onOwed: (account) => {
      needs.batch.account(account);
      press.owe(account);
    },
  });
  return { press, purse };
}

/** What happens to a packet, and what goes back to the device. */
export function deskParts(
  options: RouterOptions,
  needs: {
    readonly batch: WriteBatch;
    readonly purse: Purse;
    readonly owned: OwnerParts;
    readonly publish: RouterEventHandler;
    readonly send: DownlinkDeskOptions["send"];
    /** Only in the session in which the packet came: another one numbers from 1 again. */
    readonly answer: AnswersOptions["send"];
  },
) {
  const { params, clock, random, log, metrics } = options;
  const { batch, purse, owned, publish, send, answer } = needs;
  const { devices, addresses, downlinks: queue } = owned;
  const base = { params, clock, random, log };
  const pending = new PendingDownlinks({ ...base, queue, publish });
  const joins = new JoinAnswers({ ...base, addresses, devices });
  const downlinks = new DownlinkDesk({ ...base, queue, joins, pending, publish, send });
  const deliveries = new Delivery({ ...base, batch, downlinks, publish });
  const offers = new OfferDesk({ params, devices, purse });
  const commit = () => batch.commit();
  const answers = new Answers({ clock, log, commit, send: answer });
  const desk = new FrontDesk({
    ...{ clock, metrics, offers, answers },
    data: new DataDesk({ params, devices, purse, batch, deliveries, offers }),
    joins: new JoinDesk({ params, devices, onJoin: (join) => deliveries.join(join) }),
    settle: (link, outcome) => pending.settle(link, outcome),
  });
  return { pending, deliveries, desk, answers };
}

/** How a router funds its channels. Its own choice, within the network's bounds. */
import { type Dc, dc, type Params } from "@katydid/protocol";

export interface ChannelPolicy {
  readonly depositDc: Dc;
  /** From opening to expiry, protocol seconds. */
  readonly lifetimeSeconds: number;
  /** The next channel is opened when this share of the deposit is spent, percent. */
  readonly renewAtPercent: number;
  /** So long before expiry nothing is bought on it any more, and it is closed, protocol seconds. */
  readonly closeMarginSeconds: number;
  /**
   * Most that is paid by make-good in one run of the process, DC, where a channel's claims were cut
   * at its settlement. Absent: nothing, and the owner is told.
   */
  readonly makeGoodDcMax?: Dc;
}

/**
 * Channels of ten times the shortest life: what is bought is paid when they settle. The margin
 * holds several blocks, so that a close that is refused can be repeated.
 */
export function defaultChannelPolicy(params: Params): ChannelPolicy {
  const lifetimeSeconds = Math.min(params.channelSecondsMax, params.channelSecondsMin * 10);
  return {
    depositDc: dc(params.channelDepositMinDc * 20n),
    lifetimeSeconds,
    renewAtPercent: 80,
    closeMarginSeconds: lifetimeSeconds / 20,
  };
}

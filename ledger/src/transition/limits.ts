/** Named maxima of the state and of a block's work, so that no block costs more than is known. */

/** Times kept per hotspot for reciprocity: a stamp per block of a challenge's life is the worst. */
export const STAMPS_MAX = 2048;
/** Changes of place or bond kept per hotspot, while a challenge may still ask for the facts before. */
export const PAST_MAX = 8;
/** Late receipts that one challenge takes, beside what its challenger revealed. */
export const LATE_RECEIPTS_MAX = 64;
/** Separate ranges of slabs that one router holds; neighbouring ones are joined. */
export const SLAB_RANGES_MAX = 64;
/** Slabs there are: a NetID of type 0 has 25 bits of device address (LoRaWAN Backend 1.0 §3.4). */
export const SLABS_TOTAL_MAX = 2 ** 25 / 8;
export const RELAYS_MAX = 256;
/** Channels of one router that are not settled yet, or whose cut claims are not made good. */
export const CHANNELS_PER_ROUTER_MAX = 64;
/** Hotspots with a claim on one channel. It settles in one block, O(1) each. */
export const CLAIMS_PER_CHANNEL_MAX = 8192;
/** Hotspots that go inactive in one block; the rest follow in the next. */
export const EXPIRIES_PER_BLOCK_MAX = 4096;
/** Slots drawn in one block; the rest follow in the next. */
export const SLOTS_PER_BLOCK_MAX = 8;
/** Challenges that time out or settle in one block, each. */
export const CHALLENGES_PER_BLOCK_MAX = 1024;
/** Channels that settle in one block. */
export const CHANNELS_PER_BLOCK_MAX = 64;
/** Holdback rows released in one block. */
export const RELEASES_PER_BLOCK_MAX = 16_384;
/** Commitments of past slots removed in one block. */
export const PRUNED_PER_BLOCK_MAX = 4096;
/** Bonds and stakes that are returned in one block, and rows of hotspots that go. */
export const UNBONDED_PER_BLOCK_MAX = 1024;
/** Memos of challenges removed in one block: more than slots can add. */
export const MEMOS_PER_BLOCK_MAX = 4096;
/** Epochs that end in one block: protocol time advances less than that. */
export const EPOCHS_PER_BLOCK_MAX = 4;
/** Epochs of pay in grace that are told one by one when it ends; all of it is paid. */
export const GRACE_EPOCHS_MAX = 16_384;
/** Hotspots by which one epoch's pay of a hotspot is told apart; the pay of more cannot be burned. */
export const PARTNERS_MAX = 64;
/** Classifications and denied edges whose time is looked at in one block. */
export const CLASSIFICATIONS_PER_BLOCK_MAX = 4096;

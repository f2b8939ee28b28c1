/** Named maxima of everything in memory. A thousand agents share one process in the simulator. */

/** Routers that a hotspot has sessions with; the one least recently used goes. */
export const SESSIONS_MAX = 32;
/** Routers that one frame is given to (EUI filters have false positives, 2^-16 each). */
export const ROUTES_PER_FRAME_MAX = 4;
/** Packets of one session that wait for the router's decision. */
export const PENDING_MAX = 1024;
/** Frames of one session that were offered and are kept for the purchase. */
export const OFFERS_MAX = 256;
/** An offered frame is kept so long, ms. */
export const OFFER_KEEP_MS = 30_000;
/** Times that one frame is sent to a router that does not answer. */
export const ATTEMPTS_MAX = 2;
/** Channels of one router whose vouchers are kept. */
export const CHANNELS_PER_ROUTER_MAX = 8;
/** Downlinks that are with the concentrator at once. */
export const DOWNLINKS_MAX = 16;
/** Pieces of equivocation evidence that are kept. */
export const EQUIVOCATIONS_MAX = 64;

/** Pairs of contradicting statements that are reported to the ledger. */
export const EVIDENCE_REPORTS_MAX = 64;

/** Challenges of one's own that run at once. */
export const OWN_CHALLENGES_MAX = 16;
/** Reports of one challenge that are accepted. */
export const REPORTS_ACCEPTED_MAX = 256;
/** Orders that one may be the target of at once. */
export const TARGETINGS_MAX = 16;
/** Sealed orders that arrived before the ledger's word about them. */
export const ORDERS_EARLY_MAX = 16;
/** Own reports and receipts that are kept until they are settled. */
export const EVIDENCE_MAX = 256;
/** Acknowledgements that are kept for one report (a forger may send its own). */
export const ACKNOWLEDGEMENTS_MAX = 4;
/** Payload hashes of beacons already heard or sent. */
export const PAYLOADS_KNOWN_MAX = 512;
/** Challenges that the status page remembers. */
export const HISTORY_MAX = 20;

/** Named maxima of everything in memory, and the router's own times. Rules are in params.ts. */

/** Hotspots with a session; the one that was silent longest goes. */
export const SESSIONS_MAX = 20_000;
/** Hellos that wait for the ledger's word on their sender. */
export const HELLOS_WAITING_MAX = 1_000;
/** Receptions of one session that are remembered, against being decided twice. */
export const RECEPTIONS_KNOWN_MAX = 64;
/** "No session" hints to one hotspot are at least this far apart, ms. */
export const HINT_PERIOD_MS = 5_000;
/** A hello dated further ahead than this is refused, ms: hosts without a clock battery drift. */
export const HELLO_AHEAD_MAX_MS = 10 * 60_000;

/** Devices of one router. */
export const DEVICES_MAX = 1_000_000;
/** Devices that may share one DevAddr: each costs one MIC for every frame of the others. */
export const DEVICES_PER_ADDRESS_MAX = 64;
/** Owners, and applications of one owner. */
export const OWNERS_MAX = 10_000;
export const APPLICATIONS_PER_OWNER_MAX = 100;
export const WEBHOOKS_PER_APPLICATION_MAX = 4;
export const TAGS_MAX = 16;

/** Copies of one frame that are remembered and reported in rxInfo. */
export const COPIES_MAX = 32;
/** Copies are gathered this long before the frame is delivered, ms: RX1 is 1 s away. */
export const GATHER_MS = 200;
/** Frames that wait for delivery. Past it hotspots hear `busy`. */
export const DELIVERIES_MAX = 50_000;
/** Decisions that wait for the disk; past it the oldest goes untold, and its hotspot asks again. */
export const ANSWERS_WAITING_MAX = 50_000;
/** Transmissions of one confirmed frame that are acknowledged (LoRaWAN 1.0.2 §18.3: 8). */
export const CONFIRMED_TRANSMISSIONS_MAX = 8;
/**
 * A frame is a retransmission at most this long after the one before, ms. SF12 at 51 bytes waits
 * 280 s for its 1 % duty cycle, plus ACK_TIMEOUT.
 */
export const RETRANSMISSION_MAX_MS = 300_000;
/** NbTrans is 1 to 15 (LoRaWAN 1.0.3 §5.3). */
export const NB_TRANS_MAX = 15;
/** A hotspot that was told `wanted` has this long to send the frame before others are asked, ms. */
export const WANTED_MS = 1_000;
/** Offered frames that are remembered by hash. */
export const OFFERS_MAX = 10_000;

/** Downlinks that wait for one device. */
export const DOWNLINKS_PER_DEVICE_MAX = 16;
/** Downlinks whose outcome the hotspot has not told yet. */
export const DOWNLINKS_PENDING_MAX = 10_000;
/** A hotspot tells a downlink's outcome within this, ms (join accept: RX2 is 6 s away). */
export const DOWNLINK_OUTCOME_MS = 20_000;

/** Events that a reader of the live stream may miss and still get (Last-Event-ID). */
export const EVENTS_KEPT_MAX = 1_000;
/** Positions of one device that are kept unless the options say otherwise. */
export const TRAIL_POINTS_DEFAULT = 5_000;
/** Positions are kept at most this long, ms: 90 days. */
export const TRAIL_AGE_MAX_MS = 90 * 24 * 3_600_000;
/** Hotspots that a device's page shows as last seen. */
export const LAST_HOTSPOTS_MAX = 8;

/** Deliveries to one webhook that wait or run. */
export const WEBHOOK_QUEUE_MAX = 1_000;
/** Attempts for one event, with waits of 1, 4, 16, 64 s between them. */
export const WEBHOOK_ATTEMPTS_MAX = 5;
export const WEBHOOK_BACKOFF_FIRST_MS = 1_000;
export const WEBHOOK_BACKOFF_FACTOR = 4;
export const WEBHOOK_TIMEOUT_MS = 10_000;
/** Hotspots with an account on one channel; the ledger settles 8,192 at most. */
export const ACCOUNTS_PER_CHANNEL_MAX = 8_000;

/**
 * What the simulation takes for granted about the world. Everything in here is a limit on the faults, or on what the app
 * is held responsible for; the invariants (`invariants.ts`) hold within these limits only. Besides, without a number:
 * - A call of which no notification was accepted with 2xx is unknown to the app, and out of (a).
 * - After Graph's Retry-After or a refusal (400, 401, 403) the app need not try before the last twelve minutes of the 45.
 * - After a success of which the app got no answer, or of which the table took no note, its own 45 minutes end sooner; it
 *   then tries every five minutes.
 * - The app's 45 minutes of a call begin with the first notification that it accepted: when that came late, they end late.
 * - A record that the release before rewrites during an update shows no trouble until it says again when to look at it.
 * - An instance that the operator suspended while it was cleaning up, and never resumes, is let alone for 25 hours.
 * - Who terminates an instance through the status API, or stops a call, gives it up until somebody registers it; and the
 *   delivery to the webhook, if the call had been cleaned up before.
 * - A keepAlive that was due in the same moment in which the end came, or in an instance then suspended, was in flight.
 */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** A host that died is replaced within this time. */
export const LONGEST_HOST_DOWN_MS = 2 * MINUTE_MS;

/** What a dead host held comes back after this: `controlQueueVisibilityTimeout` and its like in host.json. */
export const CLAIMS_KEPT_MS = MINUTE_MS;

/** An activity whose worker was lost is delivered again after this (the same setting). */
export const REDELIVERY_MS = MINUTE_MS;

/** The way to the engine's API may be cut off for longer: the calls are kept alive all the same. */
export const LONGEST_ENGINE_API_OUTAGE_MS = 3 * 60 * MINUTE_MS;

/** Of the webhook, which is tried for a day. */
export const LONGEST_WEBHOOK_OUTAGE_MS = 6 * 60 * MINUTE_MS;

/** A message waits for its queue to be polled for up to this: `maxQueuePollingInterval` in host.json. */
export const LONGEST_POLL_MS = 10 * SECOND_MS;

/** An outage of Graph, the token endpoint or the table lasts no longer. */
export const LONGEST_OUTAGE_MS = 40 * MINUTE_MS;

/** The clocks of two hosts differ from the true time by less than this, whichever way they jump. */
export const LARGEST_CLOCK_ERROR_MS = 30 * SECOND_MS;

/** The real engine fires timers up to 1 s early: a queue's visibility timeout has whole seconds. */
export const EARLIEST_TIMER_MS = SECOND_MS;

/** A start message that is put back is fetched again within this; until then the engine discards what its instance is sent. */
export const LONGEST_PUT_BACK_MS = 3 * SECOND_MS;

/** A notification that is not lost arrives within this. */
export const LONGEST_NOTIFICATION_DELAY_MS = 3 * 60 * MINUTE_MS;

/**
 * The "minute in which Graph accepts" that invariant (a) is about: two tries are sent no further apart, with the engine's
 * three queues looked at every 10 s in between. What requests take on their way comes on top.
 */
export const OPPORTUNITY_MS = MINUTE_MS;

/** A request to Graph, or its answer, may be on its way for so long. */
export const GRAPH_SLOW_MS = 8 * SECOND_MS;

/** More when the token endpoint may hang: the app waits 20 s for it. */
export const TOKEN_HANG_MS = 20 * SECOND_MS;

/**
 * What only the reconciler can do (every 5 minutes: find out that a call without an `established` lives, keep the call of
 * a suspended instance alive) needs three of its runs without an outage: one may be under way, one may meet a single fault.
 */
export const RECONCILER_OPPORTUNITY_MS = 16 * MINUTE_MS;

/**
 * A record that the release before has rewritten says again when it has to be looked at: every third run of the reconciler
 * sees to it, or the one after that.
 */
export const FILLED_IN_WITHIN_MS = 20 * MINUTE_MS;

/** A call without `established` is asked about when it was first seen this long ago. */
export const PROBED_AFTER_MS = 10 * MINUTE_MS;

/** An instance's steps after the last fault: how long until nothing may be left. Delivery to a webhook waits up to an hour between two tries. */
export const REST_MS = 150 * MINUTE_MS;

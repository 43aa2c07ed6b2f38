/** How long the webhook's receiver may take for one delivery. */
export const DELIVERY_TIMEOUT_MS = 5_000;

const LOOK_EVERY_MS = 500;

/**
 * Calls `stop` once: at SIGINT or SIGTERM, or when npm is gone. A SIGTERM to `npm start` ends npm and the shell between,
 * which does not pass it on, so the only sign of it is another parent.
 */
export function whenAskedToStop(stop: () => void): void {
  const parent = process.ppid;
  const isRunByNpm = process.env.npm_lifecycle_event !== undefined;
  const look = setInterval(() => {
    if (isRunByNpm && process.ppid !== parent) onRequest();
  }, LOOK_EVERY_MS).unref();
  const onRequest = () => {
    clearInterval(look);
    process.off('SIGINT', onRequest).off('SIGTERM', onRequest);
    stop();
  };
  process.on('SIGINT', onRequest).on('SIGTERM', onRequest);
}

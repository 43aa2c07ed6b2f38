const LOOK_EVERY_MS = 500;

/**
 * Calls `stop` once: at SIGINT or SIGTERM, when npm is gone, or when nobody reads the output any more. A SIGTERM to `npm
 * start` ends npm and the shell between, which does not pass it on, so the only sign of it is another parent.
 */
export function whenAskedToStop(stop: () => void): void {
  const parent = process.ppid;
  const isRunByNpm = process.env.npm_lifecycle_event !== undefined;
  const look = setInterval(() => {
    if (isRunByNpm && process.ppid !== parent) onRequest();
  }, LOOK_EVERY_MS).unref();
  const onRequest = () => {
    clearInterval(look);
    process.stdout.off('error', onRequest).on('error', () => {});
    process.off('SIGINT', onRequest).off('SIGTERM', onRequest);
    stop();
  };
  process.on('SIGINT', onRequest).on('SIGTERM', onRequest);
  process.stdout.on('error', onRequest);
}

import { randomInt } from 'node:crypto';
import { listenForAMoment } from './listen-for-a-moment.ts';

/**
 * Below the ports that systems give to outgoing connections (Linux from 32768 on, Windows and macOS from 49152): none of
 * those takes it before its process listens.
 */
const LOWEST = 20_000;
const HIGHEST = 32_767;
const TRIES = 50;

/** A port that was free a moment ago: for a process whose address others have to know before it starts. Errors: Error when there is none. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (await isFree(port)) return port;
  }
  throw new Error(`No port between ${LOWEST} and ${HIGHEST} of 127.0.0.1 is free: ${TRIES} were tried.`);
}

function isFree(port: number): Promise<boolean> {
  return listenForAMoment(port).then(
    () => true,
    () => false,
  );
}

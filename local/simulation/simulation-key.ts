import { generateKeyPairSync, type KeyObject } from 'node:crypto';

let key: KeyObject | undefined;

/** One pair for all simulations of a process: making one takes a tenth of a second, and nothing depends on which it is. */
export function simulationKey(): KeyObject {
  key ??= generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  return key;
}

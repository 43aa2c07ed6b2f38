import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';

/** Secrets of one test, each of its own text, which must come out nowhere. */
export interface Canaries {
  /** The secret of that name, made when first asked for. Letters and digits only: no escaping can hide it. */
  plant(name: string): string;
  /** Watches over a secret that somebody else made. */
  watch(name: string, value: string): void;
  /** Fails when a planted secret stands in the text, which must not be empty. */
  expectNoneIn(surface: string, text: string): void;
}

export function createCanaries(): Canaries {
  const planted = new Map<string, string>();
  return {
    plant(name) {
      const value = planted.get(name) ?? `canary${randomBytes(12).toString('hex')}`;
      planted.set(name, value);
      return value;
    },
    watch(name, value) {
      if (value.length < 12) throw new Error(`${name} is too short to be looked for`);
      planted.set(name, value);
    },
    expectNoneIn(surface, text) {
      expect(text, surface).not.toBe('');
      expect(planted.size).toBeGreaterThan(0);
      const found = [...planted].filter(([, value]) => text.includes(value)).map(([name]) => name);
      expect(found, `secrets in ${surface}`).toEqual([]);
    },
  };
}

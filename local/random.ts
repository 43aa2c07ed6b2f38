/** A stream of numbers that is the same for the same names, whatever other streams are drawn from. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  chance(probability: number): boolean;
  between(low: number, high: number): number;
  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
}

/**
 * One stream for each purpose (seed, kind of fault, call …), so that leaving one kind of fault out changes nothing of
 * the others. sfc32, seeded by FNV-1a of the names.
 * Source: PractRand, sfc32 (Chris Doty-Humphrey).
 */
export function createRandom(...names: readonly (string | number)[]): Random {
  const text = names.join('/');
  let a = hash(`${text}#a`);
  let b = hash(`${text}#b`);
  let c = hash(`${text}#c`);
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 12; round++) next();
  return {
    next,
    chance: (probability) => next() < probability,
    between: (low, high) => low + next() * (high - low),
    int: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
  };
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value | 0;
}

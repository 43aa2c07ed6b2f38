/** One measured number. */
export interface Measurement {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What it should be; absent for what is only told. */
  readonly aim?: Aim;
}

export type Aim = { readonly atMost: number } | { readonly atLeast: number } | { readonly exactly: number };

/** `smoke`: once, with next to no work, to see that the bench itself works. Its numbers mean nothing. */
export type Effort = 'full' | 'smoke';

export interface Bench {
  readonly name: string;
  /** What is measured, on what side, against what. */
  readonly about: string;
  /** What the numbers do not say. */
  readonly notMeasured: string;
  run(effort: Effort): Promise<readonly Measurement[]>;
}

export function isMet({ value, aim }: Measurement): boolean {
  if (aim === undefined) return true;
  if ('atMost' in aim) return value <= aim.atMost;
  if ('atLeast' in aim) return value >= aim.atLeast;
  return value === aim.exactly;
}

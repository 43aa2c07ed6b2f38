/** What must hold whatever happens within the limits of `assumptions.ts`. */
export const INVARIANTS = {
  a: 'a call of which the app has heard is not lost for want of a keepAlive while Graph gives an opportunity for one',
  b: 'when the end of a call was acknowledged, no keepAlive goes out later than the one in flight',
  c: 'a call has at most one live instance',
  d: 'the clean-up takes effect once, and the webhook hears of the end under one id',
  e: 'at rest there is no open record, no live instance, no message in the task hub; no timer outlives its use',
  f: 'the effect of an accepted notification is durable, and what should run runs within the time of the reconciler',
  g: 'a call that has ended never comes back',
  i: 'the reconciler does not have to save a call that nothing had disturbed',
  j: 'a call that lives is not taken for ended, and its 45 minutes do not begin later than was known',
  k: 'each call that was established and each that ended has its line in the log, whatever failed in between',
  l: 'no keepAlive is late because of the table of calls, the webhook or the way to the engine',
  h: 'no orchestration fails, and the replay of its history gives the same steps and the same output',
} as const;

export type Invariant = keyof typeof INVARIANTS;

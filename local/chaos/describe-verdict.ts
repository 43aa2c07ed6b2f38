import type { ChaosVerdict } from './chaos-verdict.ts';

const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;

/** The numbers of a run, a line each. */
export function describeVerdict(verdict: ChaosVerdict, limitMs: number): readonly string[] {
  const back = verdict.backAfterMs.toSorted((one, other) => one - other);
  const median = back[Math.floor(back.length / 2)];
  const worst = back.at(-1);
  return [
    `calls               ${verdict.calls}`,
    `keepAlives          ${verdict.keepAlives}`,
    `missed              ${verdict.missed}`,
    `late by over 2 s    ${verdict.late}${verdict.late === 0 ? '' : `, the latest by ${seconds(verdict.worstLateMs)}`}`,
    `doubled             ${verdict.doubled} of ${verdict.inFlight} under way at the kills`,
    `after the end       ${verdict.afterTheEnd}, with ${verdict.untoldEnds} ends told to a dead host`,
    `longest gap         ${seconds(verdict.longestGapMs)}, allowed are ${seconds(limitMs)}`,
    `back after a kill   ${median === undefined || worst === undefined ? 'never' : `${seconds(median)} (median), ${seconds(worst)} (worst)`}`,
  ];
}

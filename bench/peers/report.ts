import type { KillResult } from './kills.ts';
import { median } from './load.ts';
import type { Measurement } from './measure.ts';
import type { Outcome } from './run.ts';

interface Results {
  readonly machine: {
    readonly at: string;
    readonly cores: number;
    readonly cpu: string | undefined;
    readonly loadBefore: readonly number[];
    readonly loadAfter: readonly number[];
    readonly minutes: number;
  };
  readonly setting: {
    readonly calls: number;
    readonly beatMs: number;
    readonly kills: { readonly calls: number; readonly beatMs: number; readonly kills: number };
  };
  readonly outcomes: readonly Outcome[];
}

/** Below this ratio two figures of a shared machine are not told apart. */
const NOISE = 2;

/** The page as Markdown: two tables, what was left out, and how the local host stands. */
export function describeResults({ machine, setting, outcomes }: Results): string {
  const { calls, beatMs, kills } = setting;
  const load = (values: readonly number[]) => values[0]?.toFixed(1);
  return [
    `Taken ${machine.at.slice(0, 16)}Z in ${machine.minutes.toFixed(1)} min on ${machine.cores} x ${machine.cpu}; load ${load(machine.loadBefore)} before, ${load(machine.loadAfter)} after. Medians of ${Math.max(...outcomes.map(({ rounds }) => rounds.length))} round(s), all on one machine.`,
    '',
    `### ${calls} calls, a keepAlive every ${beatMs / 1_000} s`,
    '',
    table(
      [
        'candidate',
        'established/s',
        'p50 / p99 ms',
        'CPU-ms per start',
        'ended/s',
        'CPU-ms per beat',
        'late p50 / p99 ms',
        'beats of those due',
        'KB per call',
        'idle MB',
      ],
      outcomes.filter(({ rounds }) => rounds.length > 0).map(toSpeedRow),
    ),
    '',
    `### kill -9 of the worker, ${kills.kills} times within bursts (${kills.calls} calls, a keepAlive every ${kills.beatMs / 1_000} s)`,
    '',
    table(
      [
        'candidate',
        'missed (calls)',
        'gap over 3 intervals (calls)',
        'lost for good',
        'doubled',
        'after the end',
        'longest gap s',
        'next beat after s',
        'events repeated',
      ],
      outcomes.flatMap(({ candidate, kills: result }) =>
        result === undefined ? [] : [toKillRow(candidate.name, result)],
      ),
    ),
    '',
    ...outcomes.map(({ candidate, version, failure }) =>
      failure === undefined
        ? `- ${candidate.name} (${version}): ${candidate.notes}.`
        : `- **${candidate.name}: skipped or cut short.** ${failure}`,
    ),
    '',
    ...compare(outcomes),
  ].join('\n');
}

function toSpeedRow({ candidate, rounds }: Outcome): readonly string[] {
  const of = (value: (round: Measurement) => number | undefined) => {
    const found = rounds.map(value).filter((one) => one !== undefined);
    return found.length === 0 ? undefined : median(found);
  };
  const text = (value: number | undefined, digits = 0) => value?.toFixed(digits) ?? '–';
  return [
    candidate.name,
    text(of(({ ingest }) => ingest.perSecond)),
    `${text(of(({ ingest }) => ingest.p50Ms))} / ${text(of(({ ingest }) => ingest.p99Ms))}`,
    text(
      of((round) => round.cpuMsPerStart),
      1,
    ),
    text(of(({ ends }) => ends.perSecond)),
    text(
      of(({ steady }) => steady?.cpuMsPerBeat),
      2,
    ),
    `${text(of(({ steady }) => steady?.lateP50Ms))} / ${text(of(({ steady }) => steady?.lateP99Ms))}`,
    text(
      of(({ steady }) => steady?.share),
      2,
    ),
    text(of(({ steady }) => steady?.memoryKbPerCall)),
    text(of(({ steady }) => steady?.idleMemoryMb)),
  ];
}

function toKillRow(name: string, result: KillResult): readonly string[] {
  return [
    name,
    `${result.missed} (${result.callsMissing})`,
    String(result.endedByGraph),
    String(result.lost),
    String(result.doubled),
    String(result.afterEnd),
    (result.longestGapMs / 1_000).toFixed(1),
    result.backAfterMs.map((ms) => (ms / 1_000).toFixed(1)).join(' '),
    String(result.repeated),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

/** The aims, and whether they are met. */
function compare(outcomes: readonly Outcome[]): readonly string[] {
  const own = outcomes.find(({ candidate }) => candidate.name.startsWith('local host'));
  if (own === undefined || own.rounds.length === 0) return [];
  const lines = outcomes
    .filter(({ candidate, rounds }) => /^(Restate|DBOS)/.test(candidate.name) && rounds.length > 0)
    .flatMap((peer) => [
      against('established/s', own, peer, ({ ingest }) => ingest.perSecond, 1),
      against('CPU per beat', own, peer, ({ steady }) => steady?.cpuMsPerBeat, -1),
    ]);
  const { kills } = own;
  if (kills === undefined) return lines;
  const isMet = kills.missed === 0 && kills.afterEnd === 0;
  return [
    ...lines,
    `- Aim "0 missed, 0 after the end": ${isMet ? 'met' : `MISSED: ${kills.missed} and ${kills.afterEnd}`}.`,
  ];
}

/** `better` 1: more is better; -1: less is. */
function against(
  what: string,
  own: Outcome,
  peer: Outcome,
  value: (round: Measurement) => number | undefined,
  better: 1 | -1,
): string {
  const of = ({ rounds }: Outcome) => median(rounds.map((round) => value(round) ?? Number.NaN));
  const ratio = (of(own) / of(peer)) ** better;
  const within = ratio > 1 / NOISE && ratio < NOISE ? `, within the noise (a factor below ${NOISE})` : '';
  const verdict = ratio >= 1 ? 'met' : 'MISSED';
  return `- Aim "${what} at least as good as ${peer.candidate.name}": ${verdict}${within} (${ratio.toFixed(2)} times as good).`;
}

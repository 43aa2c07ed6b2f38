import { type Measurement as AimedMeasurement, isMet } from '../bench.ts';
import { toAims } from './aims.ts';
import type { KillResult } from './kills.ts';
import { median } from './load.ts';
import type { Measurement, OpenCalls } from './measure.ts';
import type { Outcome } from './outcome.ts';

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

/** The page as Markdown: its tables, what was left out, and how the local host stands. */
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
    ...describeOpenCalls(outcomes),
    ...outcomes.map(({ candidate, version, failure }) =>
      failure === undefined
        ? `- ${candidate.name} (${version}): ${candidate.notes}.`
        : `- **${candidate.name}: skipped or cut short.** ${failure}`,
    ),
    '',
    'Aims: at least as good as Restate and DBOS, nothing missed and nothing after the end.',
    '',
    ...toAims(outcomes).map(describeAim),
  ].join('\n');
}

function describeOpenCalls(outcomes: readonly Outcome[]): readonly string[] {
  const rows = outcomes.flatMap(({ candidate, open }) => (open === undefined ? [] : [toOpenRow(candidate.name, open)]));
  const calls = outcomes.find(({ open }) => open !== undefined)?.open?.calls;
  if (calls === undefined) return [];
  const head = ['candidate', 'established/s', 'idle MB', 'KB per call'];
  return [`### ${calls} open calls, a keepAlive every 15 minutes`, '', table(head, rows), ''];
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

function toOpenRow(name: string, open: OpenCalls): readonly string[] {
  const { perSecond, idleMemoryMb, memoryKbPerCall } = open;
  return [name, perSecond.toFixed(0), idleMemoryMb.toFixed(0), memoryKbPerCall.toFixed(0)];
}

function describeAim(measurement: AimedMeasurement): string {
  const { what, value, unit } = measurement;
  const isNoise = unit === '×' && value > 1 / NOISE && value < NOISE;
  const verdict = isMet(measurement) ? 'met' : '**missed**';
  return `- ${what}: ${Number(value.toPrecision(3))} ${unit}, ${verdict}${isNoise ? `, within the noise (a factor below ${NOISE})` : ''}.`;
}

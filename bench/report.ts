import { cpus, loadavg } from 'node:os';
import { type Aim, type Bench, isMet, type Measurement } from './bench.ts';

export interface BenchResult {
  readonly bench: Bench;
  readonly measurements: readonly Measurement[];
}

export interface Aimed {
  readonly name: string;
  readonly measurements: readonly Measurement[];
}

/** The machine and its state, without which the numbers mean little. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const load = loadavg()[0] ?? 0;
  return `Node ${process.versions.node}, ${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, load ${load.toFixed(1)}`;
}

/** One bench as a Markdown table. */
export function toTable({ bench, measurements }: BenchResult): string {
  const rows = measurements.map((measurement) => {
    const { what, value, unit, aim } = measurement;
    const verdict = aim === undefined ? '' : isMet(measurement) ? 'met' : '**missed**';
    return `| ${what} | ${toNumber(value)} ${unit} | ${aim === undefined ? '' : describeAim(aim)} | ${verdict} |`;
  });
  const head = ['| what | value | aim | |', '| --- | --- | --- | --- |'];
  return [`## ${bench.name}`, '', bench.about, '', ...head, ...rows, '', `Not measured: ${bench.notMeasured}`].join(
    '\n',
  );
}

/** What `npm run bench` ends with: every aim of every bench, and whether it is met. */
export function toAimsTable(results: readonly Aimed[]): string {
  const rows = results.flatMap(({ name, measurements }) =>
    measurements.flatMap((measurement) => {
      const { what, value, unit, aim } = measurement;
      if (aim === undefined) return [];
      const verdict = isMet(measurement) ? 'met' : '**missed**';
      return [`| ${name} | ${what} | ${toNumber(value)} ${unit} | ${describeAim(aim)} | ${verdict} |`];
    }),
  );
  return ['## Aims', '', '| bench | what | value | aim | |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}

/** The same for programs. */
export function toJson(results: readonly BenchResult[]): string {
  return JSON.stringify({
    machine: describeMachine(),
    benches: results.map(({ bench, measurements }) => ({
      name: bench.name,
      measurements: measurements.map((measurement) => ({ ...measurement, met: isMet(measurement) })),
    })),
  });
}

/** False also for a bench that measured nothing. */
export function allMet(results: readonly Aimed[]): boolean {
  return results.every(({ measurements }) => measurements.length > 0 && measurements.every(isMet));
}

function describeAim(aim: Aim): string {
  if ('atMost' in aim) return `≤ ${aim.atMost}`;
  return 'atLeast' in aim ? `≥ ${aim.atLeast}` : `= ${aim.exactly}`;
}

function toNumber(value: number): string {
  return value >= 1_000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}

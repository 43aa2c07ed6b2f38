import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const infra = join(import.meta.dirname, '../../infra');
const UNITS = { M: 60_000, H: 3_600_000, D: 86_400_000 } as const;

/** A log alert as infra/modules/alerts.bicep has it. Durations in ms. */
export interface AlertRule {
  readonly name: string;
  readonly query: string;
  readonly toleratedRows: number;
  readonly everyMs: number;
  readonly windowMs: number;
}

/** The alerts over the app's own log, that is all but the one of the daily cap. */
export function readAlertRules(): readonly AlertRule[] {
  const bicep = readFileSync(join(infra, 'modules/alerts.bicep'), 'utf8');
  const [, list = ''] = /^var alerts = \[\n(.*?)^\]$/ms.exec(bicep) ?? [];
  return list.split(/^ {2}\}$/m).flatMap((text) => {
    const name = textOf(text, 'name');
    if (name === undefined) return [];
    const query = readFileSync(join(infra, 'kql/alerts', `${name}.kql`), 'utf8');
    const toleratedRows = Number(/toleratedRows: (\d+)/.exec(text)?.[1]);
    return {
      name,
      query,
      toleratedRows,
      everyMs: durationOf(text, 'evaluationFrequency'),
      windowMs: durationOf(text, 'windowSize'),
    };
  });
}

function textOf(text: string, name: string): string | undefined {
  return new RegExp(`^ {4}${name}: '(.*)'$`, 'm').exec(text)?.[1];
}

/** `PT15M`, `P1D`. */
function durationOf(text: string, name: string): number {
  const [, count, unit = ''] = /^PT?(\d+)([MHD])$/.exec(textOf(text, name) ?? '') ?? [];
  const unitMs = UNITS[unit as keyof typeof UNITS];
  if (unitMs === undefined) throw new Error(`${name} is no duration in ${text}`);
  return Number(count) * unitMs;
}

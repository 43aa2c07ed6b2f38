import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { VirtualWorld } from '../support/virtual-world.ts';
import type { KqlRow } from './kql/kql-expression.ts';

const LEVELS = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'];

/** The log level of each category that host.json names. */
export function readLogLevels(): Readonly<Record<string, string>> {
  const hostJson = z.object({ logging: z.object({ logLevel: z.record(z.string(), z.string()).default({}) }) });
  return hostJson.parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../host.json'), 'utf8'))).logging
    .logLevel;
}

/** Whether the host writes a line: the longest name that begins the category decides, Information where there is none. */
export function isWritten(category: string, level: string, levels: Readonly<Record<string, string>>): boolean {
  const [named = ''] = Object.keys(levels)
    .filter((name) => category === name || category.startsWith(`${name}.`))
    .toSorted((one, other) => other.length - one.length);
  return LEVELS.indexOf(level) >= LEVELS.indexOf((levels[named] ?? levels.default ?? 'Information').toLowerCase());
}

/** What a worker's line is in Application Insights' table `traces`. Source: WorkerFunctionInvocation, `Function.<name>.User`. */
export function toTraces(lines: VirtualWorld['lines'], levels = readLogLevels()): readonly KqlRow[] {
  return lines
    .filter(({ category }) => category === 'user')
    .map((line) => ({ ...line, category: `Function.${line.functionName}.User` }))
    .filter(({ category, level }) => isWritten(category, level, levels))
    .map(({ atMs, message, category, level }) => toTrace(atMs, message, category, level));
}

export function toTrace(
  atMs: number,
  message: string,
  category: string,
  level: string,
  properties: object = {},
): KqlRow {
  const customDimensions = { Category: category, LogLevel: level, ...properties };
  return { timestamp: atMs, message, severityLevel: LEVELS.indexOf(level) - 1, customDimensions };
}

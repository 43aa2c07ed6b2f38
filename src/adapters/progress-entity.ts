import type { TableEntity } from '@azure/data-tables';
import * as z from 'zod/mini';
import type { CompareProgress } from '../core/reconcile/compare-progress.ts';

/** No call's row has these keys, and it has no column by which calls are listed. */
export const PROGRESS_KEYS = { partitionKey: 'reconcileCalls', rowKey: 'compare' } as const;

const schema = z.object({
  startedAt: z.date(),
  nextSlice: z.number(),
  comesAgain: z.boolean(),
  records: z.number(),
  instances: z.number(),
  filledInAt: z.optional(z.date()),
});

export function toProgressEntity({ startedAtMs, filledInAtMs, ...others }: CompareProgress): TableEntity {
  const filledInAt = filledInAtMs === undefined ? {} : { filledInAt: new Date(filledInAtMs) };
  return { ...PROGRESS_KEYS, startedAt: new Date(startedAtMs), ...filledInAt, ...others };
}

/** Undefined for a row that somebody has edited: the comparison begins anew. */
export function parseProgress(entity: object): CompareProgress | undefined {
  const parsed = schema.safeParse(entity);
  if (!parsed.success) return undefined;
  const { startedAt, filledInAt, ...others } = parsed.data;
  const filledIn = filledInAt === undefined ? {} : { filledInAtMs: filledInAt.getTime() };
  return { startedAtMs: startedAt.getTime(), ...others, ...filledIn };
}

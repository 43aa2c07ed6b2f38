import type { TableEntity } from '@azure/data-tables';
import * as z from 'zod/mini';
import type { CompareProgress } from '../core/reconcile/compare-progress.ts';
import { once } from '../core/values/once.ts';

/** No call's row has these keys, and it has no column by which calls are listed. */
export const PROGRESS_KEYS = { partitionKey: 'reconcileCalls', rowKey: 'compare' } as const;

const schema = once(() =>
  z.object({
    startedAt: z.date(),
    nextSlice: z.number(),
    comesAgain: z.boolean(),
    records: z.number(),
    instances: z.number(),
  }),
);

export function toProgressEntity({ startedAtMs, ...others }: CompareProgress): TableEntity {
  return { ...PROGRESS_KEYS, startedAt: new Date(startedAtMs), ...others };
}

/** Undefined for a row that somebody has edited: the comparison begins anew. */
export function parseProgress(entity: object): CompareProgress | undefined {
  const parsed = schema().safeParse(entity);
  if (!parsed.success) return undefined;
  const { startedAt, nextSlice, comesAgain, records, instances } = parsed.data;
  return { startedAtMs: startedAt.getTime(), nextSlice, comesAgain, records, instances };
}

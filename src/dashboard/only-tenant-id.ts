import type { Row } from './api-types.ts';

/** The tenant of all these calls; empty where there are several: a wrong one is worse than none. */
export function toOnlyTenantId(rows: readonly Pick<Row, 'tenantId'>[]): string {
  const [tenantId = '', ...others] = new Set(rows.map((row) => row.tenantId));
  return others.length === 0 ? tenantId : '';
}

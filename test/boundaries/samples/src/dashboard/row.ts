import { type CallRow, toCallRow } from '../core/operator-views/call-row.ts'; // expect: plugin
import type { CallPage } from '../core/operator-views/call-page.ts';

export const row: CallRow | CallPage = toCallRow();

import type { One } from './type-cycle-one.ts'; // expect: lint/suspicious/noImportCycles

export type Two = { readonly one?: One };

import type { Two } from './type-cycle-two.ts'; // expect: lint/suspicious/noImportCycles

export type One = { readonly two?: Two };

import { two } from './cycle-two.ts'; // expect: lint/suspicious/noImportCycles

export const one = () => two();

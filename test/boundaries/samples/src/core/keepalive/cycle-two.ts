import { one } from './cycle-one.ts'; // expect: lint/suspicious/noImportCycles

export const two = () => one();

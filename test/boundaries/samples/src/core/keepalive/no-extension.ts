import { neighbour } from './neighbour'; // expect: lint/correctness/useImportExtensions expect: lint/style/noRestrictedImports

export const loose: any = neighbour; // expect: lint/suspicious/noExplicitAny
export const sure = loose!; // expect: lint/style/noNonNullAssertion

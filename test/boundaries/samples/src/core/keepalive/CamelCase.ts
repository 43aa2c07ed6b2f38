export const name = 1; // expect: lint/style/useFilenamingConvention

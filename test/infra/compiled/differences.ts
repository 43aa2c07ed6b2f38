/** What is there and not expected, and the other way round. */
export function differences(present: readonly string[], expected: readonly string[]): readonly string[] {
  return [
    ...expected.filter((item) => !present.includes(item)).map((item) => `missing: ${item}`),
    ...present.filter((item) => !expected.includes(item)).map((item) => `not expected: ${item}`),
  ];
}

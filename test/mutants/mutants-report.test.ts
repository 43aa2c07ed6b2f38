import { expect, test } from 'vitest';
import { toMutantsReport } from './mutants-report.ts';

test('the report counts what was noticed, and shows what was not as it stands in the source, with why it does no harm', () => {
  const mutant = (status: string, replacement: string) => ({
    mutatorName: 'EqualityOperator',
    replacement,
    status,
    location: { start: { line: 2, column: 10 }, end: { line: 2, column: 15 } },
  });
  const mutants = [
    ...[mutant('Killed', 'a <= b'), mutant('Timeout', 'a > b'), mutant('Survived', 'a >= b')],
    ...[mutant('NoCoverage', 'true'), mutant('Ignored', 'false'), mutant('RuntimeError', 'x')],
  ];
  const source = 'function isLess(a, b) {\n  return a < b;\n}\n';
  const report = { files: { 'src/core/is-less.ts': { source, mutants } } };
  const harmless = { 'src/core/is-less.ts': { '`a < b` → `a >= b`': 'nobody asks' } };
  const { text, score, unjudged } = toMutantsReport(report, harmless);
  expect(score).toBe(0.5);
  expect(text).toContain('2 of 4 changes');
  expect(text).toContain('| `src/core/is-less.ts` | 4 | 2 | 50.0 % |');
  expect(text).toContain('- line 2: `a < b` → `a >= b`: nobody asks\n');
  expect(text).toContain('- line 2: `a < b` → `true`: not judged\n');
  expect(unjudged).toBe(1);
  expect(text).not.toContain('`false`');
});

import type { Reporter, TestModule } from 'vitest/node';

/** Ends the run with `N passed, N failed` (and `, N skipped`) alone on a line: what a CI can read without knowing vitest. */
export const tally: Reporter = {
  onTestRunEnd(modules, unhandledErrors) {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const count = (state: string) => states.filter((other) => other === state).length;
    const failed = count('failed') + modules.filter(failedOutsideTests).length + unhandledErrors.length;
    const skipped = count('skipped') + count('pending');
    console.log(`${count('passed')} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`);
  },
};

/** A file that cannot be loaded, or whose hooks throw, has errors that belong to no test. */
function failedOutsideTests(module: TestModule): boolean {
  const suites = [...module.children.allSuites()];
  return module.errors().length > 0 || suites.some((suite) => suite.errors().length > 0);
}

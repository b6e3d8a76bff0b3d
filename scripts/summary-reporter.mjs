/** Ends a test run with one plain line that a script can read: `N passed, N failed`. */
export default class SummaryReporter {
  /**
   * @param {ReadonlyArray<import("vitest/node").TestModule>} modules
   * @param {ReadonlyArray<unknown>} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    let passed = 0;
    let failed = unhandledErrors.length;
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed++;
        if (state === "failed") failed++;
      }
      // A file that cannot be loaded, or a suite whose preparation fails, has failed though none of its tests ran.
      if (module.errors().length > 0) failed++;
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) failed++;
    }
    // A turn later: behind the default reporter's summary, which is written at the same event.
    return new Promise((resolve) => {
      setImmediate(() => {
        console.log(`${passed} passed, ${failed} failed`);
        resolve();
      });
    });
  }
}

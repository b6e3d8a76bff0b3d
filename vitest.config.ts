import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** What is measured while it plays, what fills the memory, and what runs several browsers itself. */
const ALONE = ["watch", "first-light", "engines", "big", "big-compress", "big-mpeg"].map(
  (name) => `test/e2e/${name}.test.ts`,
);
const BROWSER_TIMEOUTS = { testTimeout: 180_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    reporters: ["default", "./scripts/summary-reporter.mjs"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/{kernels,format,codec,server,tree,cli,web}/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Vitest leaves a core to itself; on two that is half of them.
          maxWorkers: availableParallelism(),
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: ALONE,
          ...BROWSER_TIMEOUTS,
          // Browsers mostly wait, for commercials and for one another.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "e2e-alone",
          include: ALONE,
          ...BROWSER_TIMEOUTS,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

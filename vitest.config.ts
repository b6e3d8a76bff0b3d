import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

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
          testTimeout: 180_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

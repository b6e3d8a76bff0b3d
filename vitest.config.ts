import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import LongestFirst from "./scripts/longest-first.mjs";
import { leftOut } from "./scripts/wide-tests.mjs";

const e2e = (...names: string[]): string[] => names.map((name) => `test/e2e/${name}.test.ts`);

/** Measured while it plays, or coded in real time: nothing else runs beside it. */
const ALONE = e2e("watch", "teaser");
/**
 * What keeps a machine busy by itself: several browsers in one file, a division that is looked at while it runs, a lot of memory, steps that
 * have to come before a commercial ends.
 */
const HEAVY = e2e("engines", "cm-stream", "first-light", "big", "big-compress", "big-mpeg");

const LEFT_OUT = leftOut();
const BROWSER_TIMEOUTS = { testTimeout: 180_000, hookTimeout: 120_000 };
/** Files of one worker share what they import, which takes longer to load than many a test to run. */
const SHARED_IMPORTS = { isolate: false, setupFiles: ["test/support/typescript-processes.ts"] };

export default defineConfig({
  test: {
    reporters: ["default", "./scripts/summary-reporter.mjs"],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/{kernels,format,codec,server,tree,cli,web}/**/*.test.ts"],
          exclude: LEFT_OUT,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Vitest leaves a core to itself, on two that is half of them; and some wait, for clocks and for programs that they start.
          maxWorkers: availableParallelism() + 1,
          ...SHARED_IMPORTS,
        },
      },
      {
        test: {
          name: "e2e",
          include: e2e("*"),
          exclude: [...ALONE, ...HEAVY, ...LEFT_OUT],
          ...BROWSER_TIMEOUTS,
          ...SHARED_IMPORTS,
          // Browsers mostly wait, for commercials and for one another; with more of them two cores do not keep the tests' times.
          maxWorkers: Math.max(2, availableParallelism()),
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "e2e-heavy",
          include: HEAVY,
          exclude: LEFT_OUT,
          ...BROWSER_TIMEOUTS,
          ...SHARED_IMPORTS,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "e2e-alone",
          include: ALONE,
          ...BROWSER_TIMEOUTS,
          setupFiles: ["test/support/typescript-processes.ts"],
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});

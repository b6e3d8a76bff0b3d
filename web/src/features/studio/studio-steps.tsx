import type { ReactNode } from "react";
import type { Studio } from "../../division/page/studio-division.ts";
import type { TextKey } from "../../shared/i18n/en.ts";
import { useText } from "../../shared/i18n/text.tsx";

const STEPS = ["file", "details", "divide", "publish"] as const;
type Step = (typeof STEPS)[number];

const STEP_OF: Readonly<Record<Studio["phase"], Step>> = {
  empty: "file",
  inspecting: "file",
  refused: "file",
  chosen: "details",
  waiting: "divide",
  dividing: "divide",
  done: "publish",
};

/** Where a file is on its way into the library. */
export function StudioSteps({ phase }: { phase: Studio["phase"] }): ReactNode {
  const { t } = useText();
  const at = STEPS.indexOf(STEP_OF[phase]);
  return (
    <ol className="studio-steps" aria-label={t("studio.steps")}>
      {STEPS.map((step, i) => (
        <li key={step} aria-current={i === at ? "step" : undefined} data-done={i < at || undefined}>
          {t(`studio.step.${step}` satisfies TextKey)}
        </li>
      ))}
    </ol>
  );
}

import { type ReactNode, useEffect, useRef, useState } from "react";
import type { FoundMarks } from "../../division/protocol/divide-api.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { draftsOf, type PartDraft } from "../../shared/parts/part-draft.ts";
import { ErrorNotice, Hint, ProgressBar } from "../../shared/ui/notices.tsx";
import { useStudioReason } from "./studio-reasons.ts";

/** Looks for marks in the chosen file. @param unsigned whether those that nobody signed count; @param onShare how much is looked at, 0 to 1 */
export type FindMarks = (
  unsigned: boolean,
  onShare: (share: number) => void,
  signal: AbortSignal,
) => Promise<FoundMarks>;

type Search =
  | { phase: "none" }
  | { phase: "looking"; share: number }
  | { phase: "found"; found: FoundMarks }
  | { phase: "failed"; error: Error };

/** A button that looks for marks in the video; the parts that they hide join the others, in place of those found before. */
export function MarkSearch({
  find,
  parts,
  onChange,
}: {
  find: FindMarks;
  parts: readonly PartDraft[];
  onChange: (parts: readonly PartDraft[]) => void;
}): ReactNode {
  const { t } = useText();
  const reason = useStudioReason();
  const [search, setSearch] = useState<Search>({ phase: "none" });
  const [isSignedOnly, setSignedOnly] = useState(false);
  const cancelling = useRef<AbortController>(undefined);
  useEffect(() => () => cancelling.current?.abort(), []);
  /** Those of the moment in which the search ends. */
  const current = useRef(parts);
  current.current = parts;

  const start = () => {
    const controller = new AbortController();
    cancelling.current = controller;
    setSearch({ phase: "looking", share: 0 });
    const onShare = (share: number) => {
      if (!controller.signal.aborted) setSearch({ phase: "looking", share });
    };
    find(!isSignedOnly, onShare, controller.signal)
      .then((found) => {
        if (controller.signal.aborted) return;
        setSearch({ phase: "found", found });
        onChange([...current.current.filter(({ isFound }) => !isFound), ...found.parts.flatMap(draftsOf)]);
      })
      .catch((error: Error) => {
        if (!controller.signal.aborted) setSearch({ phase: "failed", error });
      });
  };
  const cancel = () => {
    cancelling.current?.abort();
    setSearch({ phase: "none" });
  };
  if (search.phase === "looking")
    return (
      <div className="mark-search" role="status">
        <p>{t("studio.marks.looking")}</p>
        <ProgressBar share={search.share} label={t("studio.marks.looking")} />
        <div className="actions">
          <button type="button" className="button" onClick={cancel}>
            {t("studio.cancel")}
          </button>
        </div>
      </div>
    );
  return (
    <div className="mark-search">
      <label className="check">
        <input type="checkbox" checked={isSignedOnly} onChange={(event) => setSignedOnly(event.target.checked)} />
        <span>{t("studio.marks.signedOnly")}</span>
      </label>
      <div className="actions">
        <button type="button" className="button button-quiet" onClick={start}>
          {t("studio.marks.look")}
        </button>
      </div>
      {search.phase === "failed" && <ErrorNotice message={reason(search.error)} />}
      {search.phase === "found" && (
        <p className="quiet" role="status">
          {search.found.marks === 0
            ? t("studio.marks.none")
            : t("studio.marks.found", { marks: search.found.marks, parts: search.found.parts.length })}
        </p>
      )}
      {search.phase === "found" && search.found.ignored.length > 0 && (
        <Hint warning>
          {t("studio.marks.ignored", { texts: search.found.ignored.slice(0, IGNORED_SHOWN).join(", ") })}
        </Hint>
      )}
    </div>
  );
}

const IGNORED_SHOWN = 3;

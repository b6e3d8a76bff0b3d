/** What covers hidden areas in the place of black: a picture and a text, the same for all parts of a video. */
import { type ChangeEvent, type ReactNode, useId, useRef } from "react";
import { useText } from "../../shared/i18n/text.tsx";
import type { PartDraft } from "../../shared/parts/part-draft.ts";
import { COVER_TEXT_MAX, type CoverDraft, neededCovers } from "./division-settings.ts";

const PICTURE_MAX_BYTES = 16 << 20;

export function CoverFields({
  parts,
  covers,
  onChange,
}: {
  parts: readonly PartDraft[];
  covers: CoverDraft;
  onChange: (covers: CoverDraft) => void;
}): ReactNode {
  const { t } = useText();
  const id = useId();
  const needed = neededCovers(parts);
  // While a file is read, the form may change.
  const current = useRef({ covers, onChange });
  current.current = { covers, onChange };
  const choose = async ({ target }: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const file = target.files?.[0];
    const picture = file && (await readPicture(file));
    target.setCustomValidity(file === undefined || picture !== undefined ? "" : t("studio.parts.picture.unreadable"));
    target.reportValidity();
    const { picture: _, ...others } = current.current.covers;
    current.current.onChange({ ...others, ...(picture === undefined ? {} : { picture }) });
  };
  if (needed.length === 0) return null;
  return (
    <div className="part-choices">
      {needed.includes("picture") && (
        <label className="field">
          <span>{t("studio.parts.picture")}</span>
          <input
            type="file"
            accept="image/png,image/jpeg,image/webp"
            aria-describedby={covers.picture && `${id}-name`}
            required={covers.picture === undefined}
            onChange={(event) => void choose(event)}
          />
          {covers.picture !== undefined && (
            <span className="quiet" id={`${id}-name`}>
              {covers.picture.name}
            </span>
          )}
        </label>
      )}
      {needed.includes("text") && (
        <label className="field">
          <span>{t("studio.parts.text")}</span>
          <input
            value={covers.text}
            required
            pattern=".*\S.*"
            maxLength={COVER_TEXT_MAX}
            onChange={(event) => onChange({ ...covers, text: event.target.value })}
          />
        </label>
      )}
    </div>
  );
}

/** Undefined where this browser does not read it. */
async function readPicture(file: File): Promise<CoverDraft["picture"]> {
  if (file.size > PICTURE_MAX_BYTES) return undefined;
  try {
    (await createImageBitmap(file)).close();
    return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
  } catch {
    return undefined;
  }
}

import { type ReactNode, useId } from "react";
import { useText } from "../../shared/i18n/text.tsx";
import { useGenres } from "../../shared/known-words.ts";

const GENRE_MAX = 100;
/** The steps that film boards use. */
const AGES = [0, 6, 7, 10, 12, 13, 14, 15, 16, 18];

/** What the library sorts a video by. */
export function LibraryFields({
  genre,
  ageLimit,
  onChange,
}: {
  genre: string;
  ageLimit: number;
  onChange: (change: { genre: string } | { ageLimit: number }) => void;
}): ReactNode {
  const { t } = useText();
  const id = useId();
  const genres = useGenres();
  return (
    <div className="library-fields">
      <label className="field" htmlFor={`${id}-genre`}>
        <span>{t("studio.field.genre")}</span>
        <input
          id={`${id}-genre`}
          value={genre}
          maxLength={GENRE_MAX}
          list={`${id}-genres`}
          onChange={(event) => onChange({ genre: event.target.value })}
        />
        <datalist id={`${id}-genres`}>
          {genres.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </label>
      <label className="field" htmlFor={`${id}-age`}>
        <span>{t("studio.field.age")}</span>
        <select
          id={`${id}-age`}
          value={ageLimit}
          onChange={(event) => onChange({ ageLimit: Number(event.target.value) })}
        >
          {AGES.map((age) => (
            <option key={age} value={age}>
              {age === 0 ? t("studio.field.age.all") : t("studio.field.age.from", { age })}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

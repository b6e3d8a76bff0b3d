import { Combobox } from "@base-ui/react/combobox";
import { X } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useId, useState } from "react";
import { useText } from "../i18n/text.tsx";

/** What {@link ChipsField} and `formValues().words` part words at. */
const SEPARATORS = /[,、]/;

/** Several words in one field: chosen from those that are known, or typed. A form reads them under `name`, with commas between them. */
export function ChipsField({
  name,
  label,
  initial,
  known,
  nameOf = (word) => word,
  hint,
}: {
  name: string;
  label: string;
  initial: readonly string[];
  /** To choose from; others may be typed. */
  known: readonly string[];
  /** How a word is shown, such as a language by its tag. */
  nameOf?: (word: string) => string;
  hint?: string | undefined;
}): ReactNode {
  const { t } = useText();
  const id = useId();
  const [words, setWords] = useState<readonly string[]>(initial);
  const [typed, setTyped] = useState("");
  const [hasHighlight, setHighlight] = useState(false);
  const add = (text: string) => {
    const found = text
      .split(SEPARATORS)
      .map((word) => word.trim())
      .filter((word) => word !== "")
      // A word that is known is taken by its own spelling or name.
      .map(
        (word) =>
          known.find((one) => [one, nameOf(one)].some((way) => way.toLowerCase() === word.toLowerCase())) ?? word,
      );
    setTyped("");
    if (found.length > 0) setWords([...new Set([...words, ...found])]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || hasHighlight || typed.trim() === "" || event.nativeEvent.isComposing) return;
    event.preventDefault(); // the word is taken, the form is not sent
    add(typed);
  };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input type="hidden" name={name} value={words.join(", ")} />
      <Combobox.Root
        multiple
        items={known}
        // Where nothing is known there is nothing to open.
        {...(known.length === 0 ? { open: false } : {})}
        itemToStringLabel={nameOf}
        value={[...words]}
        onValueChange={(chosen) => {
          setWords(chosen);
          setTyped("");
        }}
        inputValue={typed}
        onInputValueChange={(text, { reason }) => {
          if (SEPARATORS.test(text)) add(text);
          else if (reason !== "item-press") setTyped(text);
        }}
        onItemHighlighted={(word) => setHighlight(word !== undefined)}
      >
        <Combobox.Chips className="chips">
          {words.map((word) => (
            <Combobox.Chip key={word} className="chip" aria-label={nameOf(word)}>
              {nameOf(word)}
              <Combobox.ChipRemove className="chip-remove" aria-label={t("chips.remove", { word: nameOf(word) })}>
                <X aria-hidden="true" />
              </Combobox.ChipRemove>
            </Combobox.Chip>
          ))}
          <Combobox.Input
            id={id}
            className="chips-input"
            // While its list is open the label, as all around it, is hidden from assistive technology.
            aria-label={label}
            aria-describedby={hint && `${id}-hint`}
            onKeyDown={onKeyDown}
            onBlur={() => add(typed)}
          />
        </Combobox.Chips>
        <Combobox.Portal>
          <Combobox.Positioner className="popup-place" sideOffset={4}>
            <Combobox.Popup className="popup-menu chips-list">
              <Combobox.Empty className="chips-empty">
                {typed !== "" && t("chips.enter", { word: typed })}
              </Combobox.Empty>
              <Combobox.List>
                {(word: string) => (
                  <Combobox.Item key={word} value={word}>
                    {nameOf(word)}
                  </Combobox.Item>
                )}
              </Combobox.List>
            </Combobox.Popup>
          </Combobox.Positioner>
        </Combobox.Portal>
      </Combobox.Root>
      {hint !== undefined && (
        <span className="quiet" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </div>
  );
}

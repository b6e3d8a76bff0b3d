import { type FormEvent, type ReactNode, useId, useState } from "react";
import type { Values } from "../../shared/api/session.ts";
import type { TextKey } from "../../shared/i18n/en.ts";
import { useText } from "../../shared/i18n/text.tsx";

export interface Field {
  name: string;
  label: TextKey;
  type?: "email" | "password" | "text";
  autoComplete: string;
  hint?: TextKey;
  minLength?: number;
  value?: string;
  isOptional?: boolean;
}

const PASSWORD_LENGTHS = { least: 8, most: 200 } as const;

export const currentPassword: Field = {
  name: "password",
  label: "account.password",
  type: "password",
  autoComplete: "current-password",
};

export const newPassword = (name: "password" | "newPassword", label: TextKey): Field => ({
  name,
  label,
  type: "password",
  autoComplete: "new-password",
  hint: "account.passwordHint",
  minLength: PASSWORD_LENGTHS.least,
});

export const email: Field = { name: "email", label: "account.email", type: "email", autoComplete: "email" };

/** What providers and sponsors tell of themselves. */
export const BUSINESS_FIELDS: readonly Field[] = [
  { name: "company", label: "account.company", autoComplete: "organization" },
  { name: "section", label: "account.section", autoComplete: "organization-title", isOptional: true },
  { name: "responsiblePerson", label: "account.responsiblePerson", autoComplete: "name" },
  { name: "address", label: "account.address", autoComplete: "street-address" },
];

/** A form of a few fields: sends them, and says what came of it. Nothing that was typed is lost by a refusal. */
export function DataForm({
  fields,
  submit,
  done,
  children,
  onSubmit,
}: {
  fields: readonly Field[];
  submit: TextKey;
  /** Said when it went well and the form is still there. */
  done?: TextKey;
  children?: ReactNode;
  onSubmit(values: Values): Promise<void>;
}): ReactNode {
  const { t, reason } = useText();
  const id = useId();
  const [state, setState] = useState<"idle" | "sending" | "done" | Error>("idle");
  const [shown, setShown] = useState<readonly string[]>([]);
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const values: Values = {};
    for (const [name, value] of new FormData(event.currentTarget)) values[name] = String(value);
    setState("sending");
    try {
      await onSubmit(values);
      setState("done");
    } catch (error) {
      setState(error as Error);
    }
  };
  return (
    <form className="data-form" onSubmit={(event) => void send(event)}>
      {children}
      {fields.map(({ name, label, type = "text", autoComplete, hint, minLength, value, isOptional }) => (
        <div className="field" key={name}>
          <label htmlFor={`${id}-${name}`}>{t(label)}</label>
          <div className={type === "password" ? "password" : undefined}>
            <input
              id={`${id}-${name}`}
              name={name}
              type={type === "password" && shown.includes(name) ? "text" : type}
              autoComplete={autoComplete}
              defaultValue={value}
              required={isOptional !== true}
              minLength={minLength}
              maxLength={type === "password" ? PASSWORD_LENGTHS.most : undefined}
              aria-describedby={hint && `${id}-${name}-hint`}
            />
            {type === "password" && (
              <button
                type="button"
                className="button"
                aria-pressed={shown.includes(name)}
                aria-controls={`${id}-${name}`}
                onClick={() =>
                  setShown(shown.includes(name) ? shown.filter((other) => other !== name) : [...shown, name])
                }
              >
                {t(shown.includes(name) ? "account.hide" : "account.show")}
              </button>
            )}
          </div>
          {hint && (
            <span className="quiet" id={`${id}-${name}-hint`}>
              {t(hint)}
            </span>
          )}
        </div>
      ))}
      {state instanceof Error && (
        <p className="notice notice-error" role="alert">
          {reason(state)}
        </p>
      )}
      {state === "done" && done && (
        <p className="notice notice-good" role="status">
          {t(done)}
        </p>
      )}
      <button type="submit" className="button button-main" disabled={state === "sending"}>
        {t(submit)}
      </button>
    </form>
  );
}

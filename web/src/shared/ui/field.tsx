import type { InputHTMLAttributes, ReactNode } from "react";

/** A labelled input of a form that is read when it is sent. */
export function Field({
  label,
  value,
  ...input
}: {
  label: string;
  value: string | number | null;
} & Pick<
  InputHTMLAttributes<HTMLInputElement>,
  "name" | "type" | "min" | "max" | "required" | "maxLength" | "pattern"
>): ReactNode {
  return (
    <label className="field">
      {label} <input defaultValue={value ?? ""} {...input} />
    </label>
  );
}

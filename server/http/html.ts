import { escapeHtml } from "../../codec/index.ts";

/** Of an HTML element, each escaped. */
export const attributes = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeHtml(value)}"`)
    .join("");

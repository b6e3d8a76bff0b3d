/** Who sees a part as it is, in words. */
import type { Viewers } from "./part.ts";

const GROUP_NAME = /^[A-Za-z0-9_-]{1,32}$/;
const AGE = /^[1-9]\d{0,2}$/;
const AGE_MAX_YEARS = 120;

/** Whether a text names viewers: `premium`, `signed-in`, `age:1` to `age:120`, `group:` and up to 32 letters, digits, `_` or `-`. */
export function isViewers(text: string): text is Viewers {
  if (text === "premium" || text === "signed-in") return true;
  const [kind = "", name = ""] = text.split(/:(.*)/s, 2);
  if (kind === "age") return AGE.test(name) && Number(name) <= AGE_MAX_YEARS;
  return kind === "group" && GROUP_NAME.test(name);
}

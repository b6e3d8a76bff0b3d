/** English words of pages that are fetched when they are opened, with the page: the library starts without them. */
import { attributeEn } from "./attribute-texts.ts";
import { jobEn } from "./job-texts.ts";
import { markEn } from "./mark-texts.ts";
import { memberEn } from "./member-texts.ts";
import { restrictionEn } from "./restriction-texts.ts";

export const lateEn = { ...attributeEn, ...jobEn, ...markEn, ...memberEn, ...restrictionEn } as const;

/** What accounts look like over HTTP, for the routes of accounts and of the administrator. */
import { z } from "@hono/zod-openapi";
import { ACCESS_EVENTS } from "../accounts/access-log.ts";
import { ACCOUNT_ROLES, ACCOUNT_STATUSES } from "../accounts/roles.ts";
import type { AccessEntry, DivisionEntry } from "../store/account-logs.ts";
import type { Account } from "../store/accounts.ts";
import { idSchema } from "./schemas.ts";

export const PRIVATE = "private, no-store";

export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email("an e-mail address such as name@example.org"));
export const passwordSchema = z.string().min(8, "at least 8 characters").max(200, "at most 200 characters");
/** As it is sent to be checked: any text could be a wrong one. */
export const anyPassword = z.string().max(1000);
export const accountIdSchema = z.string().max(60);

const line = z.string().trim().max(200);
export const businessFields = {
  company: line,
  section: line,
  responsiblePerson: line,
  address: z.string().trim().max(500),
};

export const accountSchema = z
  .object({
    accountId: z.string().openapi({ example: "k7m2-x9q4-3vwd" }),
    email: z.string().nullable().openapi({ description: "Null once the account is deleted" }),
    role: z.enum(ACCOUNT_ROLES),
    status: z.enum(ACCOUNT_STATUSES).openapi({ description: "pending: waits for the administrator's approval" }),
    company: z.string(),
    section: z.string(),
    responsiblePerson: z.string(),
    address: z.string(),
    createdAt: z.iso.datetime(),
  })
  .openapi("Account");

export function accountToJson({ id, passwordHash: _kept, createdAt, ...same }: Account): z.infer<typeof accountSchema> {
  return { accountId: id, ...same, createdAt: new Date(createdAt).toISOString() };
}

/** A page of a log: entries before a number. */
export const logQuery = z.object({
  accountId: accountIdSchema.optional(),
  before: z
    .string()
    .regex(/^\d{1,15}$/, "an entry's number")
    .transform(Number)
    .optional()
    .openapi({ type: "string", description: "Entries with a lower number than this; at most 100 come" }),
});

export const accessSchema = z
  .object({
    number: z.number(),
    at: z.iso.datetime(),
    event: z.enum(ACCESS_EVENTS),
    accountId: z.string().nullable().openapi({ description: "Null where a sign-in named no account that exists" }),
    byAccountId: z.string().nullable().openapi({ description: "The administrator who did it to another's account" }),
    addressHash: z.string().nullable().openapi({ description: "The same for the same address within a day" }),
  })
  .openapi("AccessEntry");

export const accessToJson = ({ at, ...same }: AccessEntry): z.infer<typeof accessSchema> => ({
  ...same,
  at: new Date(at).toISOString(),
});

export const divisionSchema = z
  .object({
    number: z.number(),
    at: z.iso.datetime(),
    accountId: z.string(),
    file: z.enum(["slave", "main"]).openapi({ description: "Which of the two was handed in" }),
    mainId: idSchema,
    slaveId: idSchema,
    method: z.string(),
    protection: z.string(),
    parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    bytes: z.number().openapi({ description: "Of that file" }),
  })
  .openapi("DivisionEntry");

export const divisionToJson = ({ at, ...same }: DivisionEntry): z.infer<typeof divisionSchema> => ({
  ...same,
  at: new Date(at).toISOString(),
});

/** Accounts, sessions and their logs over HTTP. Only zod and constants: the web client has its types from here. */
import { z } from "@hono/zod-openapi";
import { idSchema } from "../http/schemas.ts";
import { ACCESS_EVENTS } from "./access-events.ts";
import { ACCOUNT_ROLES, ACCOUNT_STATUSES, ALL_ROLES } from "./roles.ts";

// ---- Fields ----
const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email("an e-mail address such as name@example.org"));
const passwordSchema = z.string().min(8, "at least 8 characters").max(200, "at most 200 characters");
/** As it is sent to be checked: any text could be a wrong one. */
const anyPassword = z.string().max(1000);
export const accountIdSchema = z.string().max(60);
/** Of a link that works once. */
const linkToken = z.string().max(100);

const line = z.string().trim().max(200);
const businessFields = {
  company: line,
  section: line,
  responsiblePerson: line,
  address: z.string().trim().max(500),
};

// ---- Accounts ----
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
export type Account = z.infer<typeof accountSchema>;

export const accountExportSchema = z
  .object({
    account: accountSchema,
    kept: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))).openapi({
      description: "By what it is, as it is stored: attributes, points, logs …; times are milliseconds since 1970",
    }),
  })
  .openapi("AccountExport");
export type AccountExport = z.infer<typeof accountExportSchema>;

export const registrationSchema = z
  .discriminatedUnion("role", [
    z.object({ role: z.literal("viewer"), email: emailSchema, password: passwordSchema }),
    z.object({
      role: z.enum(["provider", "sponsor"]),
      email: emailSchema,
      password: passwordSchema,
      company: businessFields.company.min(1),
      section: businessFields.section.default(""),
      responsiblePerson: businessFields.responsiblePerson.min(1),
      address: businessFields.address.min(1),
    }),
  ])
  .openapi("Registration");
export type Registration = z.input<typeof registrationSchema>;

export const firstAdministratorSchema = z
  .object({ token: linkToken, email: emailSchema, password: passwordSchema })
  .openapi("FirstAdministrator");
export type FirstAdministrator = z.input<typeof firstAdministratorSchema>;

export const newPasswordSchema = z.object({ token: linkToken, password: passwordSchema }).openapi("NewPassword");
export type NewPassword = z.input<typeof newPasswordSchema>;

export const forgottenPasswordSchema = z.object({ email: emailSchema }).openapi("ForgottenPassword");
export type ForgottenPassword = z.input<typeof forgottenPasswordSchema>;

export const accountChangeSchema = z
  .object(businessFields)
  .partial()
  .extend({ email: emailSchema.optional(), password: anyPassword.optional() })
  .openapi("AccountChange", { description: "The password is needed to change the e-mail address" });
export type AccountChange = z.input<typeof accountChangeSchema>;

export const passwordChangeSchema = z
  .object({ password: anyPassword, newPassword: passwordSchema })
  .openapi("PasswordChange");
export type PasswordChange = z.input<typeof passwordChangeSchema>;

export const accountDeletionSchema = z.object({ password: anyPassword }).openapi("AccountDeletion");
export type AccountDeletion = z.input<typeof accountDeletionSchema>;

// ---- Sessions ----
export const sessionSchema = z
  .object({
    role: z.enum(ALL_ROLES).openapi({ description: "What its rights are; guest without an account" }),
    guestPlaysPerDay: z.int().openapi({ description: "Plays in 24 hours that need no account" }),
    contact: z.string().nullable().openapi({ description: "Page or e-mail address of who runs the service" }),
    canMailPassword: z.boolean().openapi({ description: "Whether who forgot a password can have a link by mail" }),
    csrf: z.string().nullable().openapi({ description: "For the header X-Cmix-CSRF; null without a session" }),
    account: accountSchema.nullable(),
  })
  .openapi("Session");
export type Session = z.infer<typeof sessionSchema>;

export const signInSchema = z.object({ login: z.string().max(254), password: anyPassword }).openapi("SignIn");
export type SignIn = z.input<typeof signInSchema>;

// ---- The administrator's ----
export const accountSearchSchema = z.object({
  q: z.string().max(200).optional().openapi({ description: "Looked for in id, e-mail, company and person" }),
  after: accountIdSchema.optional().openapi({ description: "The last id of the part before" }),
});
export type AccountSearch = z.input<typeof accountSearchSchema>;

export const accountListSchema = z.object({ accounts: z.array(accountSchema) });
export type AccountList = z.infer<typeof accountListSchema>;

export const accountAdministrationSchema = z
  .object({ status: z.enum(["active", "disabled"]), role: z.enum(ACCOUNT_ROLES) })
  .partial()
  .openapi("AccountAdministration");
export type AccountAdministration = z.input<typeof accountAdministrationSchema>;

export const passwordLinkSchema = z.object({ path: z.string(), expiresAt: z.iso.datetime() }).openapi("PasswordLink");
export type PasswordLink = z.infer<typeof passwordLinkSchema>;

// ---- Logs ----
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
export type LogQuery = z.input<typeof logQuery>;

const accessSchema = z
  .object({
    number: z.number(),
    at: z.iso.datetime(),
    event: z.enum(ACCESS_EVENTS),
    accountId: z.string().nullable().openapi({ description: "Null where a sign-in named no account that exists" }),
    byAccountId: z.string().nullable().openapi({ description: "The administrator who did it to another's account" }),
    addressHash: z.string().nullable().openapi({ description: "The same for the same address within a day" }),
  })
  .openapi("AccessEntry");
export type AccessEntry = z.infer<typeof accessSchema>;

export const accessLogSchema = z.object({ entries: z.array(accessSchema) });
export type AccessLogPart = z.infer<typeof accessLogSchema>;

const divisionSchema = z
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
export type DivisionEntry = z.infer<typeof divisionSchema>;

export const divisionLogSchema = z.object({ entries: z.array(divisionSchema) });
export type DivisionLogPart = z.infer<typeof divisionLogSchema>;

/** Reservations over HTTP. Only zod and constants: the web client has its types from here. */
import { z } from "@hono/zod-openapi";
import { idSchema } from "../http/schemas.ts";
import { PROTECTIONS, SOUNDS, TREATMENTS, VIEWER_KINDS } from "./kinds.ts";

export const RESERVATIONS_MOST = 100;

export const reservationParams = z.object({ reservationId: idSchema });

export const optionsSchema = z
  .object({
    viewers: z.array(z.enum(VIEWER_KINDS)).min(1),
    treatments: z.array(z.enum(TREATMENTS)).min(1),
    sounds: z.array(z.enum(SOUNDS)).min(1),
  })
  .openapi("RestrictionOptions");
export type RestrictionOptions = z.infer<typeof optionsSchema>;

export const choiceSchema = z
  .object({
    viewers: z
      .string()
      .regex(
        /^(?:premium|signed-in|age:(?:[1-9]\d?|1[01]\d|120)|group:[A-Za-z0-9_-]{1,32})$/,
        "premium, signed-in, age: and years, or group: and a name",
      )
      .openapi({ description: "Who sees hidden parts as they are" }),
    treatment: z.enum(TREATMENTS),
    sound: z.enum(SOUNDS),
  })
  .openapi("RestrictionChoice");
export type RestrictionChoice = z.infer<typeof choiceSchema>;

const fields = {
  title: z.string().trim().max(200),
  protection: z.enum(PROTECTIONS).openapi({ description: "`auto`: as marks in the video say" }),
};

export const newReservationSchema = z.object({ ...fields, title: fields.title.default("") }).openapi("NewReservation");
export type NewReservation = z.input<typeof newReservationSchema>;

export const reservationChangeSchema = z
  .object({
    ...fields,
    choice: choiceSchema.nullable(),
    mainId: idSchema.nullable().openapi({ description: "A video of mine that came of it" }),
  })
  .partial()
  .openapi("ReservationChange");
export type ReservationChange = z.input<typeof reservationChangeSchema>;

export const reservationSchema = z
  .object({
    reservationId: idSchema,
    ...fields,
    choice: choiceSchema.nullable(),
    mainId: idSchema.nullable(),
    madeAt: z.iso.datetime(),
    options: optionsSchema.nullable().openapi({ description: "What the service offers; null without protection" }),
    ready: z.boolean().openapi({ description: "Whether nothing is left to be chosen" }),
  })
  .openapi("Reservation");
export type Reservation = z.infer<typeof reservationSchema>;

export const reservationListSchema = z.object({ reservations: z.array(reservationSchema) });
export type ReservationList = z.infer<typeof reservationListSchema>;

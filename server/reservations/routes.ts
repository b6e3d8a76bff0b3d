import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { accountOf, guarded } from "../accounts/identity.ts";
import { defineRoute } from "../http/route.ts";
import { given, json, jsonBody, refusals } from "../http/schemas.ts";
import { ownedVideo } from "../library/find-video.ts";
import type { VideoStore } from "../library/store.ts";
import { Refusal } from "../refusal.ts";
import { randomBytes } from "../security/random-bytes.ts";
import { SOUNDS, TREATMENTS, VIEWER_KINDS } from "./kinds.ts";
import * as schemas from "./schemas.ts";
import type { Reservation, ReservationStore, RestrictionChoice, RestrictionOptions } from "./store.ts";

/** What reservations work with. */
export interface ReservationDeps {
  store: { reservations: ReservationStore; videos: VideoStore };
  /** Milliseconds since 1970. */
  now(): number;
}

const CREATORS = ["provider", "administrator"] as const;
/** Until the administrator says otherwise. */
const ALL_OPTIONS: RestrictionOptions = {
  viewers: [...VIEWER_KINDS],
  treatments: [...TREATMENTS],
  sounds: [...SOUNDS],
};

const optionsRoute = defineRoute({
  path: "/api/restriction-options",
  summary: "Kinds of viewers and treatments that the service offers",
  ...guarded("get", CREATORS),
  responses: { 200: json(schemas.optionsSchema, "They are"), ...refusals(401, 403) },
});

const putOptionsRoute = defineRoute({
  path: "/api/restriction-options",
  summary: "Set them; what was chosen before stays",
  ...guarded("put", ["administrator"]),
  request: { body: jsonBody(schemas.optionsSchema) },
  responses: { 200: json(schemas.optionsSchema, "Set"), ...refusals(400, 401, 403, 413, 415) },
});

const listRoute = defineRoute({
  path: "/api/reservations",
  summary: "My reservations, the newest first",
  ...guarded("get", CREATORS),
  responses: { 200: json(schemas.reservationListSchema, "At most 100"), ...refusals(401, 403) },
});

const makeRoute = defineRoute({
  path: "/api/reservations",
  summary: "Reserve protection for a video that is to come; the answer tells what can be chosen",
  ...guarded("post", CREATORS),
  request: { body: jsonBody(schemas.newReservationSchema) },
  responses: { 201: json(schemas.reservationSchema, "Made"), ...refusals(400, 401, 403, 409, 413, 415) },
});

const changeRoute = defineRoute({
  path: "/api/reservations/{reservationId}",
  summary: "Choose of what is offered, switch protection, or name the video that came of it",
  ...guarded("patch", CREATORS),
  request: { params: schemas.reservationParams, body: jsonBody(schemas.reservationChangeSchema) },
  responses: { 200: json(schemas.reservationSchema, "Changed"), ...refusals(400, 401, 403, 404, 409, 410, 413, 415) },
});

const removeRoute = defineRoute({
  path: "/api/reservations/{reservationId}",
  summary: "Take a reservation back",
  ...guarded("delete", CREATORS),
  request: { params: schemas.reservationParams },
  responses: { 204: { description: "Gone" }, ...refusals(400, 401, 403, 404) },
});

/** What the service offers; everything until an administrator says otherwise. */
export async function restrictionOptions(store: Pick<ReservationStore, "options">): Promise<RestrictionOptions> {
  return (await store.options()) ?? ALL_OPTIONS;
}

/** Protection of videos before they come (restriction patent, Figs. 3 and 4). */
export function registerReservations(app: OpenAPIHono, deps: ReservationDeps): void {
  const { reservations } = deps.store;

  app.openapi(optionsRoute, async (c) => c.json(await restrictionOptions(reservations), 200));

  app.openapi(putOptionsRoute, async (c) => {
    const options = c.req.valid("json");
    await reservations.putOptions(options, deps.now());
    return c.json(options, 200);
  });

  app.openapi(listRoute, async (c) => {
    const options = await restrictionOptions(reservations);
    const found = await reservations.of(accountOf(c));
    return c.json({ reservations: found.map((one) => toJson(one, options)) }, 200);
  });

  app.openapi(makeRoute, async (c) => {
    if ((await reservations.of(accountOf(c))).length >= schemas.RESERVATIONS_MOST)
      throw new Refusal("conflict", `there are ${schemas.RESERVATIONS_MOST} reservations already: remove one first`);
    const reservation: Reservation = {
      ...c.req.valid("json"),
      ...{ id: randomBytes(16).toString("hex"), ownerId: accountOf(c), choice: null, mainId: null, madeAt: deps.now() },
    };
    await reservations.insert(reservation);
    return c.json(toJson(reservation, await restrictionOptions(reservations)), 201);
  });

  app.openapi(changeRoute, async (c) => {
    const reservation = await own(c, c.req.valid("param").reservationId);
    const change = given(c.req.valid("json"));
    const options = await restrictionOptions(reservations);
    if (change.choice) mustBeOffered(change.choice, options);
    if (change.mainId) await ownedVideo(deps, c.get("identity"), change.mainId);
    if (!(await reservations.change(reservation.id, change)))
      throw new Refusal("conflict", "this video has another reservation already");
    return c.json(toJson({ ...reservation, ...change }, options), 200);
  });

  app.openapi(removeRoute, async (c) => {
    await reservations.remove((await own(c, c.req.valid("param").reservationId)).id);
    return c.body(null, 204);
  });

  /** @throws Refusal not_found: also where it is somebody else's */
  async function own(c: Context, reservationId: string): Promise<Reservation> {
    const reservation = await reservations.byId(reservationId);
    if (reservation === undefined || reservation.ownerId !== accountOf(c))
      throw new Refusal("not_found", `there is no reservation ${reservationId} of this account`, { reservationId });
    return reservation;
  }
}

/** @throws Refusal bad_request */
function mustBeOffered({ viewers, treatment, sound }: RestrictionChoice, offered: RestrictionOptions): void {
  const refuse = (place: string) => {
    throw new Refusal("bad_request", `json.choice.${place}: the service does not offer this`, {
      place: `json.choice.${place}`,
    });
  };
  const kind = viewers.split(":")[0];
  if (!offered.viewers.some((one) => one === kind)) refuse("viewers");
  if (!offered.treatments.includes(treatment)) refuse("treatment");
  if (!offered.sounds.includes(sound)) refuse("sound");
}

/** Without protection there is nothing to choose, and with `auto` the marks say it (S01). */
function toJson({ id, ownerId: _own, madeAt, ...same }: Reservation, options: RestrictionOptions): schemas.Reservation {
  return {
    ...same,
    reservationId: id,
    madeAt: new Date(madeAt).toISOString(),
    options: same.protection === "off" ? null : options,
    ready: same.protection !== "on" || same.choice !== null,
  };
}

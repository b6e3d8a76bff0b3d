import { createHash, randomBytes } from "node:crypto";
import type { OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { UnsupportedError } from "../../codec/index.ts";
import { accountOf } from "../accounts/identity.ts";
import { checkImage } from "../cm/check-image.ts";
import { ANYBODY } from "../cm/choose-cm.ts";
import { chooseSurroundings } from "../cm/choose-surroundings.ts";
import type { Deps } from "../deps.ts";
import { HttpError } from "../http-error.ts";
import { ownedVideo } from "../library/owned-video.ts";
import { tooLarge } from "../library/receive.ts";
import { findSurroundingPlace } from "../play/open-play.ts";
import { PlayService } from "../play/play-service.ts";
import type { Surrounding, SurroundingFields } from "../store/surroundings.ts";
import { given } from "./schemas.ts";
import * as routes from "./surrounding-schemas.ts";
import { changedConditions, dateOf } from "./target-schemas.ts";
import { uploadBody } from "./upload-body.ts";

const IMAGE_MAX_BYTES = 256 << 10;
const IMAGE_TYPES = ["image/jpeg", "image/png"];
/** The address names the bytes by their hash. */
const FOR_EVER = "public, max-age=31536000, immutable";

const NEW: SurroundingFields = {
  kind: "information",
  mainId: null,
  title: "",
  text: "",
  link: "",
  active: true,
  kinds: [],
  ageLimit: 0,
  conditions: ANYBODY,
};

/** Information, advertisement and guidance around videos (Cmix page 5). */
export function registerSurroundings(app: OpenAPIHono, deps: Deps): void {
  const { surroundings } = deps.store;
  const plays = new PlayService(deps);
  const isAdministrator = (c: Context) => c.get("identity")?.role === "administrator";

  /** @throws HttpError not_found; forbidden: it is not the caller's */
  async function own(c: Context, id: string): Promise<Surrounding> {
    const one = await surroundings.byId(id);
    if (one === undefined) throw new HttpError("not_found", "there is no such entry around videos");
    if (!isAdministrator(c) && one.ownerId !== accountOf(c))
      throw new HttpError("forbidden", "this entry belongs to another account");
    return one;
  }

  /** @throws HttpError forbidden: a provider's entries stand around that provider's videos */
  async function mustHaveVideo(c: Context, { mainId }: Pick<SurroundingFields, "mainId">): Promise<void> {
    if (mainId !== null) await ownedVideo(deps, c.get("identity"), mainId);
    else if (!isAdministrator(c))
      throw new HttpError("forbidden", "name one of your videos as mainId: only administrators' entries go with all");
  }

  app.openapi(routes.listRoute, async (c) => {
    const found = await surroundings.list(isAdministrator(c) ? undefined : accountOf(c));
    return c.json({ surroundings: found.map(toJson) }, 200);
  });

  app.openapi(routes.addRoute, async (c) => {
    const fields = changed(NEW, c.req.valid("json"));
    await mustHaveVideo(c, fields);
    const ownerId = isAdministrator(c) ? null : accountOf(c);
    const one = { id: randomBytes(16).toString("hex"), ownerId, createdAt: deps.now(), ...fields };
    await surroundings.insert(one);
    return c.json(toJson({ ...one, imageType: null, imageSha256: null }), 201);
  });

  app.openapi(routes.changeRoute, async (c) => {
    const one = await own(c, c.req.valid("param").surroundingId);
    const fields = changed(one, c.req.valid("json"));
    await mustHaveVideo(c, fields);
    await surroundings.change(one.id, fields);
    return c.json(toJson({ ...one, ...fields }), 200);
  });

  app.openapi(routes.removeRoute, async (c) => {
    await surroundings.remove((await own(c, c.req.valid("param").surroundingId)).id);
    return c.body(null, 204);
  });

  app.openapi(routes.putImageRoute, async (c) => {
    const one = await own(c, c.req.valid("param").surroundingId);
    const bytes = await gather(uploadBody(c, IMAGE_MAX_BYTES));
    const type = checkImage(bytes)?.type;
    if (type === undefined || !IMAGE_TYPES.includes(type))
      throw new UnsupportedError("the image is neither JPEG nor PNG: send one of these");
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    await surroundings.putImage(one.id, { bytes, type, sha256 });
    return c.json(toJson({ ...one, imageType: type, imageSha256: sha256 }), 200);
  });

  app.openapi(routes.removeImageRoute, async (c) => {
    await surroundings.putImage((await own(c, c.req.valid("param").surroundingId)).id, undefined);
    return c.body(null, 204);
  });

  app.openapi(routes.getImageRoute, async (c) => {
    const image = await surroundings.image(c.req.valid("param").surroundingId);
    if (image === undefined) throw new HttpError("not_found", "there is no such image");
    c.header("Content-Type", image.type);
    c.header("Cache-Control", FOR_EVER);
    return c.body(new Uint8Array(image.bytes), 200);
  });

  app.openapi(routes.choiceRoute, async (c) => {
    const { number, attributes } = c.req.valid("json");
    const play = await plays.find(c.req.valid("param").playId, c.get("identity"));
    const video = play.videos[number - 1];
    if (video === undefined)
      throw new HttpError("range", `the play has ${play.videos.length} videos: ask for 1 to ${play.videos.length}`);
    const place = await findSurroundingPlace(deps, video.mainId);
    const chosen = chooseSurroundings(await surroundings.list(), place, attributes ?? {}, deps.now());
    return c.json({ surroundings: chosen.map(shownToJson) }, 200);
  });
}

async function gather(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > IMAGE_MAX_BYTES) throw tooLarge(IMAGE_MAX_BYTES);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** What is left out stays. @throws HttpError nobody could see it */
function changed(
  before: SurroundingFields,
  { conditions = {}, ...fields }: routes.SurroundingChange,
): SurroundingFields {
  const next: SurroundingFields = {
    ...before,
    ...given(fields),
    conditions: changedConditions(before.conditions, conditions),
  };
  const { fromAt, untilAt, ageMin, ageMax } = next.conditions;
  if (fromAt !== null && untilAt !== null && fromAt >= untilAt)
    throw new HttpError("bad_request", "from: not before until, so nobody could see it", { place: "json.from" });
  if (ageMin !== null && ageMax !== null && ageMin > ageMax)
    throw new HttpError("bad_request", "ageMin: above ageMax, so nobody could see it", { place: "json.ageMin" });
  return next;
}

const imageUrl = ({ id, imageSha256 }: Pick<Surrounding, "id" | "imageSha256">): string | null =>
  imageSha256 === null ? null : `/api/surroundings/${id}/image?v=${imageSha256.slice(0, 16)}`;

function shownToJson({ id, kind, title, text, link, imageSha256 }: Surrounding) {
  return { id, kind, title, text, link, imageUrl: imageUrl({ id, imageSha256 }) };
}

function toJson(
  one: Surrounding,
): z.infer<(typeof routes.putImageRoute.responses)[200]["content"]["application/json"]["schema"]> {
  const { fromAt, untilAt, perViewerDay: _, ...conditions } = one.conditions;
  const { mainId, active, kinds, ageLimit } = one;
  return {
    ...shownToJson(one),
    mainId,
    active,
    kinds,
    ageLimit,
    conditions: { ...conditions, from: dateOf(fromAt), until: dateOf(untilAt) },
  };
}

import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { START_UNIT, toHex } from "../../codec/index.ts";
import { visitorOf } from "../accounts/identity.ts";
import { networkKey, Rates } from "../accounts/rates.ts";
import type { Cm } from "../cm/store.ts";
import { sendFile, sendsBytes } from "../http/send-file.ts";
import { maySee } from "../library/find-video.ts";
import type { Video } from "../library/store.ts";
import { Refusal } from "../refusal.ts";
import { chooseSurroundings } from "../surroundings/choose-surroundings.ts";
import { shownToJson } from "../surroundings/surrounding-json.ts";
import type { PlayDeps } from "./deps.ts";
import { askConditions, findSurroundingPlace, findWanted, networkOf, openPlay, withCertified } from "./open-play.ts";
import { cmAt, type Play } from "./play.ts";
import { PlayCms } from "./play-cms.ts";
import type { PlayUnits } from "./play-units.ts";
import * as routes from "./route-definitions.ts";
import type * as json from "./schemas.ts";

export const PRIVATE = "private, no-store";
export const TICKET_HEADER = "Cmix-Ticket";
const HOUR_SECONDS = 3600;

export function registerPlays(app: OpenAPIHono, deps: PlayDeps, units: PlayUnits): void {
  const { plays } = units;
  const cms = new PlayCms(deps, plays);
  const hourly = { points: deps.limits.playsPerHour, duration: HOUR_SECONDS };
  const rates = new Rates({ account: hourly, network: hourly });
  const findPlay = (c: Context, playId: string) => plays.find(playId, c.get("identity"));
  const ticketOf = (c: Context) => c.req.header(TICKET_HEADER) ?? "";

  async function placeOf(play: Play): Promise<json.PlayPlace> {
    const { place } = play.state;
    if (place.kind === "over") return { kind: "over" };
    const ticket = plays.unitsTicket(play, START_UNIT);
    const cm = await deps.store.cms.byId(cmAt(play)?.cmId ?? "");
    if (cm === undefined) throw new Error("the CM of a play is not in the database");
    return { ...place, cm: cmToJson(cm, play.id), ...(ticket !== undefined && { ticket }) };
  }

  async function videoToJson({ mainId, slaveId, segments, durationSeconds }: Video): Promise<json.PlayVideo> {
    return { mainId, slaveId, segments, durationSeconds, ...(await units.mainHashes(slaveId)) };
  }

  app.openapi(routes.mainHashesRoute, async (c) => {
    const video = await deps.store.videos.byMain(c.req.valid("param").mainId);
    const isSeen = video !== undefined && maySee(video, c.get("identity"));
    return c.json(isSeen ? await units.mainHashes(video.slaveId) : null, 200);
  });

  /** @throws Refusal too_many */
  function takeRate(c: Context): Promise<void> {
    const accountId = c.get("identity")?.accountId;
    return accountId === undefined
      ? rates.take("network", networkKey(c.get("client").address))
      : rates.take("account", accountId);
  }

  app.openapi(routes.openRoute, async (c) => {
    const { mainIds, attributes } = c.req.valid("json");
    await takeRate(c);
    const wanted = await findWanted(deps, c.get("identity"), mainIds);
    const { identity, begins } = visitorOf(c);
    const { play, videos, isOwed } = await openPlay(deps, identity, wanted, attributes ?? {}, begins?.record);
    begins?.give();
    const place = await placeOf(play);
    return c.json({ playId: play.id, videos: await Promise.all(videos.map(videoToJson)), owed: isOwed, place }, 201);
  });

  app.openapi(routes.conditionsRoute, async (c) => {
    const { mainIds } = c.req.valid("json");
    return c.json({ attributes: await askConditions(deps, c.get("identity"), mainIds) }, 200);
  });

  app.openapi(routes.placeRoute, async (c) => {
    return c.json(await placeOf(await findPlay(c, c.req.valid("param").playId)), 200);
  });

  app.openapi(routes.moveRoute, async (c) => {
    const play = await findPlay(c, c.req.valid("param").playId);
    await plays.move(play, c.req.valid("json"));
    return c.json(await placeOf(play), 200);
  });

  app.openapi(routes.cmRoute, async (c) => {
    const play = await findPlay(c, c.req.valid("param").playId);
    const cm = await deps.store.cms.byId(plays.cmOf(play).cmId);
    if (cm === undefined) throw new Error("the CM of a play is not in the database");
    const source = await deps.blobs.source("cms", cm.id);
    // HEAD and "not modified" send nothing that could be watched.
    const sending = sendsBytes(c, source.size, cm.sha256) ? await cms.begin(play) : undefined;
    const answer = sendFile(c, source, { type: cm.type, tag: cm.sha256, cache: PRIVATE, ...sending });
    if (sending !== undefined) answer.headers.set(TICKET_HEADER, plays.secretTicket(play) ?? "");
    return answer;
  });

  // Described here, answered in units-listener.ts.
  app.openAPIRegistry.registerPath(routes.unitsRoute);

  app.openapi(routes.ticketRoute, async (c) => {
    const play = await findPlay(c, c.req.valid("param").playId);
    return c.json({ ticket: await units.ticketAt(play, c.get("identity"), c.req.valid("json").segment) }, 200);
  });

  app.openapi(routes.seekRoute, async (c) => {
    const play = await findPlay(c, c.req.valid("param").playId);
    return c.json({ ticket: await units.seek(play, c.req.valid("json").segment) }, 200);
  });

  app.openapi(routes.secretRoute, async (c) => {
    const play = await findPlay(c, c.req.valid("param").playId);
    const identity = c.get("identity");
    const address = identity && networkOf(deps, identity, c.get("client").address);
    const secret = toHex(await plays.secret(play, ticketOf(c), { accountId: identity?.accountId, address }));
    c.header("Cache-Control", PRIVATE);
    return c.json({ secret }, 200);
  });

  app.openapi(routes.eventsRoute, async (c) => {
    const play = await findPlay(c, c.req.valid("param").playId);
    return c.json({ events: await plays.events(play, c.req.valid("json").events) }, 200);
  });

  app.openapi(routes.surroundingsRoute, async (c) => {
    const { number, attributes } = c.req.valid("json");
    const play = await plays.find(c.req.valid("param").playId, c.get("identity"));
    const video = play.videos[number - 1];
    if (video === undefined)
      throw new Refusal("range", `the play has ${play.videos.length} videos: ask for 1 to ${play.videos.length}`);
    const place = await findSurroundingPlace(deps, video);
    const viewer = await withCertified(deps, c.get("identity"), attributes ?? {});
    const chosen = chooseSurroundings(await deps.store.surroundings.list(), place, viewer, deps.now());
    return c.json({ surroundings: chosen.map(shownToJson) }, 200);
  });
}

function cmToJson(cm: Cm, playId: string): json.PlayCm {
  const { id, title, sponsor, link, type, bytes, sha256 } = cm;
  return {
    id,
    title,
    sponsor,
    link,
    type,
    durationSeconds: cm.durationMilliseconds / 1000,
    bytes,
    sha256,
    url: `/api/plays/${playId}/cm`,
  };
}

import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { guarded } from "../accounts/identity.ts";
import { defineRoute } from "../http/route.ts";
import { idSchema, json, refusals } from "../http/schemas.ts";
import { Refusal } from "../refusal.ts";
import type { LibraryDeps } from "./deps.ts";
import { findVideo, ownedVideo } from "./find-video.ts";
import {
  downloadsSchema,
  libraryQuery,
  ownVideoPageSchema,
  PAGE_MOST,
  videoChangeSchema,
  videoPageSchema,
  videoSchema,
  videoShownSchema,
} from "./schemas.ts";
import { searchWords } from "./search-text.ts";
import type { GivenState } from "./states.ts";
import type { LibraryQuery, Video } from "./store.ts";
import { ownVideoToJson, videoToJson } from "./video-json.ts";

const PAGE_USUAL = 24;
const DOWNLOADS_MOST = 1000;

const OWNERS = ["provider", "administrator"] as const;

const params = z.object({ mainId: idSchema });

const listRoute = defineRoute({
  method: "get",
  path: "/api/videos",
  summary: "The library, newest first, a page at a time",
  request: { query: libraryQuery },
  responses: {
    200: json(z.union([videoPageSchema, ownVideoPageSchema]), `At most ${PAGE_MOST} videos`),
    ...refusals(400, 401, 403),
  },
});

const getRoute = defineRoute({
  method: "get",
  path: "/api/videos/{mainId}",
  summary: "One video by its address; a draft for its owner and administrators only",
  request: { params },
  responses: { 200: json(videoSchema, "As the library lists it"), ...refusals(400, 404, 410) },
});

const changeRoute = defineRoute({
  path: "/api/videos/{mainId}",
  ...guarded("patch", OWNERS),
  summary: "Change what the library shows of one's own video, and to whom",
  request: { params, body: { required: true, content: { "application/json": { schema: videoChangeSchema } } } },
  responses: {
    200: json(videoShownSchema, "As it is shown from now on"),
    ...refusals(400, 401, 403, 404, 409, 410, 413),
  },
});

const withdrawRoute = defineRoute({
  path: "/api/videos/{mainId}",
  ...guarded("delete", OWNERS),
  summary: "Withdraw one's own video; plays under way come to their end",
  request: { params },
  responses: { 204: { description: "It is in the library no more" }, ...refusals(400, 401, 403, 404, 410) },
});

const downloadsRoute = defineRoute({
  path: "/api/videos/{mainId}/downloads",
  ...guarded("get", OWNERS),
  summary: "Log of the downloads of one's own main, newest first",
  request: { params },
  responses: {
    200: json(downloadsSchema, `The last ${DOWNLOADS_MOST}; an account where one was signed in`),
    ...refusals(400, 401, 403, 404, 410),
  },
});

export function registerVideos(app: OpenAPIHono, deps: LibraryDeps): void {
  const { store, log, now } = deps;

  async function giveState({ mainId, slaveId }: Video, state: GivenState): Promise<void> {
    if (state === "public" && (await store.videos.main(mainId)) === undefined)
      throw new Refusal("conflict", "the library shows a video with its main only: upload the .cmx first", { mainId });
    if (!(await store.videos.setState(slaveId, state)))
      throw new Refusal("withdrawn", "the video was withdrawn: upload its slave again", { mainId });
    log("video-state", { mainId, state });
  }

  app.openapi(listRoute, async (c) => {
    const { q = "", genre, age, page = 1, size = PAGE_USUAL, mine } = c.req.valid("query");
    const identity = c.get("identity");
    if (mine !== undefined && identity?.accountId === undefined)
      throw new Refusal("signed_out", "sign in to see your own videos: POST /api/session");
    const query: LibraryQuery = {
      words: searchWords(q),
      genre,
      ageMost: age,
      ownerId: mine === undefined ? undefined : identity?.accountId,
      offset: (page - 1) * size,
      most: size,
    };
    const { videos, total } = await store.library.list(query);
    const about = { total, page, pages: Math.ceil(total / size), genres: await store.library.genres() };
    return mine === undefined
      ? c.json({ videos: videos.map(videoToJson), ...about }, 200)
      : c.json({ videos: videos.map(ownVideoToJson), ...about }, 200);
  });

  app.openapi(getRoute, async (c) => {
    const { mainId } = await findVideo(deps, c.get("identity"), c.req.valid("param").mainId);
    const [video] = (await store.library.list({ words: [], mainId, offset: 0, most: 1 })).videos;
    if (video === undefined) throw new Error("a video that was found is not listed by its main");
    return c.json(videoToJson(video), 200);
  });

  app.openapi(changeRoute, async (c) => {
    const video = await ownedVideo(deps, c.get("identity"), c.req.valid("param").mainId);
    const { state, ...change } = c.req.valid("json");
    const isChanged = Object.values(change).some((value) => value !== undefined);
    if (state !== undefined) await giveState(video, state);
    const shown = {
      title: change.title ?? video.title,
      copyright: change.copyright ?? video.copyright,
      genre: change.genre ?? video.genre,
      description: change.description ?? video.description,
      ageLimit: change.ageLimit ?? video.ageLimit,
    };
    if (isChanged) await store.videos.edit(video.slaveId, shown, now());
    return c.json({ ...shown, state: state ?? video.state }, 200);
  });

  app.openapi(withdrawRoute, async (c) => {
    const { slaveId, mainId } = await ownedVideo(deps, c.get("identity"), c.req.valid("param").mainId);
    await store.videos.withdraw(slaveId, now());
    log("withdrawn", { slaveId, mainId });
    return c.body(null, 204);
  });

  app.openapi(downloadsRoute, async (c) => {
    const { mainId } = await ownedVideo(deps, c.get("identity"), c.req.valid("param").mainId);
    const downloads = await store.library.downloads(mainId, DOWNLOADS_MOST);
    return c.json(
      { downloads: downloads.map(({ at, accountId }) => ({ at: new Date(at).toISOString(), accountId })) },
      200,
    );
  });
}

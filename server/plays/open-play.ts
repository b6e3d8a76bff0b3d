/** The start of a play: may these videos be played, and which CMs go around them (Cmix patent [0201]-[0205])? */
import { createHmac } from "node:crypto";
import type { Identity } from "../accounts/identity.ts";
import { networkKey } from "../accounts/rates.ts";
import type { NewSessionRecord } from "../accounts/store.ts";
import { certifiedOf, SERVICE } from "../attributes/certified.ts";
import {
  type AttributeName,
  attributesThatMatter,
  type CmPlace,
  chooseCm,
  placeFault,
  type ViewerAttributes,
} from "../cm/choose-cm.ts";
import type { Cm } from "../cm/store.ts";
import { limitFault, type VideoConditions } from "../library/conditions.ts";
import { findVideo } from "../library/find-video.ts";
import { asksAge } from "../library/restricted-parts.ts";
import type { Video } from "../library/store.ts";
import { Refusal } from "../refusal.ts";
import { randomBytes } from "../security/random-bytes.ts";
import { attributesForSurroundings, type SurroundingPlace } from "../surroundings/choose-surroundings.ts";
import type { PlayDeps } from "./deps.ts";
import { cmAt, movePlay, openState, type Play, type PlayCm, type PlayVideo } from "./play.ts";

const DAY_MILLISECONDS = 24 * 3600 * 1000;
/** A play that was not heard of for so long was left. */
export const LEFT_SECONDS = 60;

export interface Wanted {
  video: Video;
  conditions: VideoConditions;
  place: CmPlace;
}

/** Stands for the network of a visitor without an account where deliveries go by it; undefined for an account. */
export function networkOf(
  { playKey }: Pick<PlayDeps, "playKey">,
  { accountId }: Identity,
  address: string | undefined,
): string | undefined {
  if (accountId !== undefined) return undefined;
  return createHmac("sha256", playKey)
    .update(`network ${networkKey(address)}`)
    .digest("hex")
    .slice(0, 32);
}

/** Stands for account or session wherever counts go by viewer: the same for the same viewer, and no more than that. */
export function viewerOf({ playKey }: Pick<PlayDeps, "playKey">, { accountId, sessionId }: Identity): string {
  return createHmac("sha256", playKey)
    .update(`viewer ${accountId ?? sessionId}`)
    .digest("hex")
    .slice(0, 32);
}

/**
 * Opens a play over videos in their order, with a CM before each and one behind the last.
 *
 * @param begins a visitor's session that is kept with its first play: none for a play that there cannot be
 * @throws Refusal not_yet, no_longer, plays_used_up, viewer_plays_used_up: its
 * provider's limits; guest_plays_used_up: a visitor's; unavailable: there is no CM
 */
export function openPlay(
  deps: PlayDeps,
  identity: Identity,
  wanted: readonly Wanted[],
  attributes: ViewerAttributes,
  begins?: NewSessionRecord,
): Promise<{ play: Play; videos: Video[]; isOwed: boolean }> {
  const open = () => openAllowedPlay(deps, identity, wanted, attributes, begins);
  if (identity.accountId !== undefined) return open();
  // One after another: of several at the same time, the last ones would not be counted.
  return deps.openingLock.run(identity.sessionId, async () => {
    await mustBeLeft(deps, viewerOf(deps, identity));
    return open();
  });
}

/** Holds a visitor without an account to a number of plays (Cmix patent [0198]). @throws Refusal guest_plays_used_up */
async function mustBeLeft({ store, guestPlaysPerDay, now }: PlayDeps, viewer: string): Promise<void> {
  if ((await store.plays.openedSince(viewer, now() - DAY_MILLISECONDS)) < guestPlaysPerDay) return;
  throw new Refusal(
    "guest_plays_used_up",
    `${guestPlaysPerDay} plays a day need no account, and you have had them: sign in or make an account, or come back tomorrow`,
    { guestPlaysPerDay },
  );
}

async function openAllowedPlay(
  deps: PlayDeps,
  identity: Identity,
  wanted: readonly Wanted[],
  attributes: ViewerAttributes,
  begins: NewSessionRecord | undefined,
): Promise<{ play: Play; videos: Video[]; isOwed: boolean }> {
  const { livePlays, metrics, log, now } = deps;
  const at = now();
  const viewer = viewerOf(deps, identity);
  for (const one of wanted) await mustBeAllowed(deps, one, viewer);
  await closeLeft(deps, viewer, at);
  const { cms, isOwed } = await chooseCms(deps, wanted, viewer, await withCertified(deps, identity, attributes), at);
  const play: Play = {
    id: randomBytes(16).toString("hex"),
    sessionId: identity.sessionId,
    viewer,
    createdAt: at,
    key: new Uint8Array(randomBytes(32)),
    videos: wanted.map(({ video }) => ({
      mainId: video.mainId,
      slaveId: video.slaveId,
      segments: video.segments,
      durationMilliseconds: Math.round(video.durationSeconds * 1000),
    })),
    cms: cms.map(playCmOf),
    state: openState(wanted.length, at),
  };
  await livePlays.open(play, begins);
  if (attributes.age !== undefined && (await isAgeAsked(deps, wanted))) deps.toldAges.tell(play.id, attributes.age);
  metrics.add("cmix_plays_total");
  log("play", { mainId: wanted[0]?.video.mainId ?? "", videos: wanted.length });
  return { play, videos: wanted.map(({ video }) => video), isOwed };
}

const playCmOf = ({ id, type, durationMilliseconds, bytes }: Cm): PlayCm => ({
  cmId: id,
  type,
  durationMilliseconds,
  bytes,
});

/** Which attributes would matter for a play of these videos: the player shows them, and sends no others (S12). */
export async function askConditions(
  deps: PlayDeps,
  identity: Identity | undefined,
  mainIds: readonly string[],
): Promise<AttributeName[]> {
  const wanted = await findWanted(deps, identity, mainIds);
  const candidates = await deps.store.cms.list();
  const moment = await momentOf(deps, identity && viewerOf(deps, identity), deps.now());
  const around = await deps.store.surroundings.list();
  const certified = await withCertified(deps, identity, {});
  const names = wanted.flatMap(({ place, video: { mainId } }) => [
    ...attributesThatMatter(candidates, place, moment),
    ...attributesForSurroundings(around, { ...place, mainId }, moment.now),
  ]);
  if (await isAgeAsked(deps, wanted)) names.push("age");
  return [...new Set(names)].filter((name) => certified[name] === undefined);
}

/** Whether one of the videos has parts for viewers of an age. */
async function isAgeAsked({ slaveReaders }: PlayDeps, wanted: readonly Wanted[]): Promise<boolean> {
  for (const { video } of wanted) if (asksAge(await slaveReaders.open(video.slaveId))) return true;
  return false;
}

/** What a viewer told, with what is certified of the account in its place where the viewer lets the service have it. */
export async function withCertified(
  { store, now }: Pick<PlayDeps, "store" | "now">,
  identity: Identity | undefined,
  told: ViewerAttributes,
): Promise<ViewerAttributes> {
  return { ...told, ...(await certifiedOf(store.attributes, identity?.accountId, [SERVICE], now())) };
}

/** A play's video as what stands around it is chosen by. */
export async function findSurroundingPlace(deps: PlayDeps, { slaveId, mainId }: PlayVideo): Promise<SurroundingPlace> {
  return { ...(await wantedOf(deps, await videoInPlay(deps, slaveId))).place, mainId };
}

/** By its slave and in every state: one that was withdrawn meanwhile comes to its end. */
async function videoInPlay({ store }: PlayDeps, slaveId: string): Promise<Video> {
  const video = await store.videos.bySlave(slaveId);
  if (video === undefined) throw new Error("the video of a play is not in the database");
  return video;
}

/** @throws Refusal as {@link openPlay} */
export async function mustBeAllowed(
  { store, now }: PlayDeps,
  { video, conditions }: Pick<Wanted, "video" | "conditions">,
  viewer: string,
): Promise<void> {
  const { mainId } = video;
  const { fromAt, untilAt, plays, playsPerViewer } = conditions;
  const isLimited = plays !== null || playsPerViewer !== null;
  const played = isLimited ? await store.plays.videoPlays(mainId, viewer) : { all: 0, ofViewer: 0 };
  const date = (time: number | null) => new Date(time ?? 0).toISOString();
  switch (limitFault(conditions, played, now())) {
    case "not_yet":
      throw new Refusal("not_yet", `"${video.title}" can be played from ${date(fromAt)} on`, {
        mainId,
        from: date(fromAt),
      });
    case "no_longer":
      throw new Refusal("no_longer", `"${video.title}" could be played until ${date(untilAt)}`, {
        mainId,
        until: date(untilAt),
      });
    case "plays_used_up":
      throw new Refusal(
        "plays_used_up",
        `"${video.title}" was offered for ${plays} plays, and all are used: ask its provider`,
        { mainId, plays },
      );
    case "viewer_plays_used_up":
      throw new Refusal(
        "viewer_plays_used_up",
        `"${video.title}" is offered ${playsPerViewer} times to each viewer: you have seen it so often`,
        { mainId, playsPerViewer },
      );
  }
}

/** What a play of these videos goes by. @throws Refusal not_found: a main's slave is not here for this viewer; withdrawn */
export async function findWanted(
  deps: PlayDeps,
  identity: Identity | undefined,
  mainIds: readonly string[],
): Promise<Wanted[]> {
  const wanted: Wanted[] = [];
  for (const mainId of mainIds) wanted.push(await wantedOf(deps, await findVideo(deps, identity, mainId)));
  return wanted;
}

async function wantedOf({ store }: PlayDeps, video: Video): Promise<Wanted> {
  const conditions = await store.conditions.of(video.mainId);
  const { kindsAllowed, kindsExcluded } = conditions;
  return {
    video,
    conditions,
    place: { genre: video.genre, ageLimit: video.ageLimit, kindsAllowed, kindsExcluded },
  };
}

/** Plays that a viewer left without a word end, and the CM that each still owed comes first next time (Cmix patent [0227]). */
async function closeLeft({ store, livePlays }: PlayDeps, viewer: string, at: number): Promise<void> {
  for (const { id } of await store.plays.left(viewer, at - LEFT_SECONDS * 1000)) {
    const play = await livePlays.find(id);
    if (play === undefined || play.state.seenAt >= at - LEFT_SECONDS * 1000) continue;
    await livePlays.change(play, () => ({ ...closing(play, at), result: undefined })).stored;
  }
}

/** The end of a play, and what it owes. */
function closing(play: Play, at: number) {
  const answer = movePlay(play, { kind: "close" }, at);
  if (answer.kind !== "at") return {};
  const cmId = answer.pendingCm === undefined ? undefined : play.cms[answer.pendingCm - 1]?.cmId;
  if (cmId === undefined) return { state: answer.state };
  const owed = { playId: play.id, viewer: play.viewer, cmId, at };
  return { state: answer.state, facts: [{ kind: "owed", owed } as const] };
}

async function momentOf({ store }: PlayDeps, viewer: string | undefined, at: number) {
  const views = viewer === undefined ? new Map<string, number>() : await store.plays.cmViews(viewer, at);
  return { now: at, viewsToday: (cmId: string) => views.get(cmId) ?? 0 };
}

/**
 * Whether the CM at the play's place may be shown at this moment, when its clock is about to begin: others may have been shown since it
 * was chosen, and the video behind it may have reached its own limits.
 *
 * @returns another CM where it may not. What the viewer told for the first choice is not kept, so it is one without conditions on that
 * @throws Refusal a provider's limit; unavailable: there is no CM
 */
export async function checkCm(deps: PlayDeps, play: Play): Promise<PlayCm | undefined> {
  const { store, now, log } = deps;
  const { viewer, state, videos } = play;
  const number = state.place.kind === "over" ? 0 : state.place.number;
  const behind = videos[number - 1];
  const video = await videoInPlay(deps, (behind ?? videos.at(-1))?.slaveId ?? "");
  const wanted = await wantedOf(deps, video);
  if (behind !== undefined && state.videos[number - 1]?.delivered !== true) await mustBeAllowed(deps, wanted, viewer);
  const at = now();
  const [candidates, moment] = [await store.cms.list(), await momentOf(deps, viewer, at)];
  const cmId = cmAt(play)?.cmId ?? "";
  const cm = candidates.find(({ id }) => id === cmId);
  const isOwed = (await store.plays.owed(viewer)).includes(cmId);
  const viewsToday = isOwed ? () => 0 : moment.viewsToday;
  // One that was switched off meanwhile is shown to its end, as it was promised to its sponsor's server.
  const fault = cm && placeFault({ ...cm, active: true }, wanted.place, { now: at, viewsToday });
  if (fault === undefined) return undefined;
  const choice = chooseCm(candidates, wanted.place, {}, moment);
  if (choice === undefined) throw noCm();
  log("cm-choice", {
    cmId: choice.cm.id,
    reason: `${choice.reason}, in place of one with the fault ${fault}`,
    unfit: choice.unfit,
  });
  return choice.cm.id === cmId ? undefined : playCmOf(choice.cm);
}

const noCm = () => new Refusal("unavailable", "this server has no CM: its administrator must add one");

/** One before each video and one behind the last, which may go with the last video. A CM that was missed comes first. */
async function chooseCms(
  deps: PlayDeps,
  wanted: readonly Wanted[],
  viewer: string,
  attributes: ViewerAttributes,
  at: number,
): Promise<{ cms: Cm[]; isOwed: boolean }> {
  const { store, log } = deps;
  const candidates = await store.cms.list();
  const moment = await momentOf(deps, viewer, at);
  const chosen: Cm[] = [];
  let isOwed = false;
  const times = (cmId: string) => chosen.filter(({ id }) => id === cmId).length;
  for (const { place } of [...wanted, ...wanted.slice(-1)]) {
    const owed = chosen.length > 0 ? undefined : await owedCm(deps, candidates, place, viewer, at);
    const choice =
      owed === undefined
        ? chooseCm(
            candidates.map((cm) => ({ ...cm, deliveries: cm.deliveries + times(cm.id) })),
            place,
            attributes,
            { now: at, viewsToday: (cmId) => moment.viewsToday(cmId) + times(cmId) },
          )
        : { cm: owed, reason: "owed", unfit: "" };
    if (choice === undefined) throw noCm();
    chosen.push(choice.cm);
    isOwed ||= owed !== undefined;
    log("cm-choice", { cmId: choice.cm.id, reason: choice.reason, unfit: choice.unfit });
  }
  return { cms: chosen, isOwed };
}

async function owedCm(
  { store }: PlayDeps,
  candidates: readonly Cm[],
  place: CmPlace,
  viewer: string,
  at: number,
): Promise<Cm | undefined> {
  const may = (cm: Cm) => placeFault(cm, place, { now: at, viewsToday: () => 0 }) === undefined;
  for (const id of await store.plays.owed(viewer)) {
    const cm = candidates.find((candidate) => candidate.id === id);
    if (cm !== undefined && may(cm)) return cm;
  }
  return undefined;
}

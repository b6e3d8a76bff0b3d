/** P7: what `<cmix-player>` tells a page, in HTMLMediaElement's words. */
import { describe, expect, it, vi } from "vitest";
import { eventsBetween } from "../../web/src/embed/media-events.ts";
import { CmixTextTrackList, Ranges } from "../../web/src/embed/media-lists.ts";
import { type MediaState, NO_MEDIA } from "../../web/src/embed/media-state.ts";
import { mediaStateOf, withPlayed } from "../../web/src/features/embed/player-media.ts";
import { type PlayerSnapshot, PlayerStore } from "../../web/src/player/page/snapshot.ts";
import type { MainFacts } from "../../web/src/player/protocol/play-api.ts";
import { loadedRanges } from "../../web/src/player/worker/units/loaded-ranges.ts";

const CM = { number: 1, title: "T", sponsor: "S", link: "", currentTime: 0, duration: 5 };
const READY: MediaState = { ...NO_MEDIA, readyState: 1, networkState: 1, duration: 10 };
const IN_CM: MediaState = { ...READY, readyState: 4, networkState: 2, paused: false, cm: CM };
const PLAYING: MediaState = { ...IN_CM, cm: undefined, seekable: [[0, 10]] };

const facts = {
  durationSeconds: 10,
  chapters: [
    { startSeconds: 0, endSeconds: 4, title: "Dawn" },
    { startSeconds: 4, endSeconds: 10, title: "Day" },
  ],
  video: { width: 720, height: 576, rotation: 90, pixelAspect: [16, 15] },
} as unknown as MainFacts;
const NOTHING = { positionSeconds: 3, loaded: [], played: [], captions: { offers: [], chosen: undefined } };
const snapshotOf = (change: Partial<PlayerSnapshot>) => ({ ...new PlayerStore({}).snapshot(), facts, ...change });

describe("the element's events", () => {
  it("P7: go from metadata over the CM to the video and its end in the order of the standard", () => {
    expect(eventsBetween(NO_MEDIA, READY)).toEqual(["durationchange", "loadedmetadata"]);
    expect(eventsBetween(READY, IN_CM)).toEqual([
      "loadstart",
      "loadeddata",
      "cmchange",
      "play",
      "canplay",
      "canplaythrough",
      "playing",
      "cmtimeupdate",
    ]);
    expect(eventsBetween(IN_CM, { ...PLAYING, readyState: 2 })).toEqual(["cmchange", "waiting"]);
    expect(eventsBetween({ ...PLAYING, readyState: 2 }, PLAYING)).toEqual(["canplay", "canplaythrough", "playing"]);
    expect(eventsBetween(PLAYING, { ...PLAYING, paused: true, ended: true })).toEqual(["pause", "ended"]);
    expect(eventsBetween(PLAYING, NO_MEDIA)).toContain("emptied");
    expect(eventsBetween(PLAYING, PLAYING)).toEqual([]);
  });

  it("P7: a seek begins and ends once, and what is loaded is told when it changes", () => {
    const seeking = { ...PLAYING, currentTime: 7, seeking: true };
    expect(eventsBetween(PLAYING, seeking)).toEqual(["seeking", "timeupdate"]);
    expect(eventsBetween(seeking, { ...seeking, seeking: false })).toEqual(["seeked"]);
    expect(eventsBetween(PLAYING, { ...PLAYING, buffered: [[0, 4]] })).toEqual(["progress"]);
    expect(eventsBetween({ ...PLAYING, buffered: [[0, 4]] }, { ...PLAYING, buffered: [[0, 4]] })).toEqual([]);
  });
});

describe("the frame's state", () => {
  it("P7: in a CM nothing can be sought, the rate is 1 and the CM is named; in the video it is the viewer's", () => {
    const offer = { title: "T", sponsor: "S", link: "https://s.example/", durationSeconds: 5 };
    const cm = { offer, number: 1, loadedBytes: 0, positionSeconds: 2 } as unknown as NonNullable<PlayerSnapshot["cm"]>;
    const inCm = mediaStateOf(snapshotOf({ state: "cm", speed: 2, cm }), NOTHING);
    expect(inCm).toMatchObject({ seekable: [], playbackRate: 1, paused: false, cm: { sponsor: "S", currentTime: 2 } });
    const video = mediaStateOf(snapshotOf({ state: "playing", speed: 2, cm }), NOTHING);
    expect(video).toMatchObject({ seekable: [[0, 10]], playbackRate: 2, currentTime: 3, cm: undefined });
    expect([video.videoWidth, video.videoHeight]).toEqual([576, 768]); // turned, with square pixels
  });

  it("P7: an error says in MediaError's numbers whether the network or the file is at fault", () => {
    const failed = mediaStateOf(snapshotOf({ state: "error", error: new Error("no"), facts: undefined }), NOTHING);
    expect(failed).toMatchObject({ readyState: 0, networkState: 3, error: { code: 4, message: "no" } });
  });

  it("joins what was played, and what is loaded", () => {
    expect(withPlayed(withPlayed(withPlayed([], 4, 5), 0, 1), 1, 4.5)).toEqual([[0, 5]]);
    const entry = (number: number) => ({ number, startMilliseconds: number * 1000, durationMilliseconds: 1000 });
    const index = [0, 1, 2, 3, 4].map((number) => ({ ...entry(number), structure: number === 0 }));
    const here = new Set([1, 2, 4]);
    expect(loadedRanges(index as never, (number) => here.has(number))).toEqual([
      [1, 3],
      [4, 5],
    ]);
  });
});

describe("the element's lists", () => {
  it("P7: tracks come, show one at a time by the page's choice, and go", () => {
    const told: (number | undefined)[] = [];
    const list = new CmixTextTrackList((place) => told.push(place));
    const events: string[] = [];
    for (const name of ["addtrack", "removetrack", "change"]) list.addEventListener(name, () => events.push(name));
    const states = ["en", "ja"].map((language) => {
      const isShowing = language === "en";
      return { kind: "captions" as const, label: language, language, isShowing };
    });
    list.set(states);
    list.set(states);
    expect([events, list.length, list[1]?.language]).toEqual([["addtrack", "addtrack"], 2, "ja"]);
    (list[1] as NonNullable<(typeof list)[1]>).mode = "showing";
    expect([told, [...list].map(({ mode }) => mode)]).toEqual([[1], ["disabled", "showing"]]);
    list.set([]);
    expect([events.slice(2), list.length, list[0]]).toEqual([["change", "removetrack", "removetrack"], 0, undefined]);
  });

  it("P7: chapters are a track of cues that tells which one is shown and is chosen by nobody", () => {
    vi.stubGlobal(
      "VTTCue",
      class {
        constructor(
          readonly startTime: number,
          readonly endTime: number,
          readonly text: string,
        ) {}
      },
    );
    const told: (number | undefined)[] = [];
    const list = new CmixTextTrackList((place) => told.push(place));
    const { textTracks } = mediaStateOf(snapshotOf({ state: "playing" }), NOTHING);
    list.set(textTracks);
    const [track] = list;
    expect([track?.kind, track?.mode, [...(track?.cues ?? [])].map((cue) => (cue as VTTCue).text)]).toEqual([
      "chapters",
      "hidden",
      ["Dawn", "Day"],
    ]);
    const shown: string[] = [];
    track?.addEventListener("cuechange", () =>
      shown.push((track.activeCues?.[0] as VTTCue | undefined)?.text ?? "none"),
    );
    for (const seconds of [1, 2, 5, 0]) list.setTime(seconds);
    expect(shown).toEqual(["Dawn", "Day", "Dawn"]);
    (track as NonNullable<typeof track>).mode = "showing";
    list.set(textTracks);
    expect([told, track?.mode, list[0] === track]).toEqual([[], "showing", true]);
    vi.unstubAllGlobals();
  });

  it("P7: ranges refuse a place that there is not, as TimeRanges do", () => {
    expect(new Ranges([[1, 2]]).end(0)).toBe(2);
    expect(() => new Ranges([[1, 2]]).start(1)).toThrow("no range 1");
  });
});

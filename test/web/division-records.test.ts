/** Divisions that an earlier version of the Studio left unfinished, as this one takes them up. */
import { expect, it } from "vitest";
import { type StoredRecord, upToDate } from "../../web/src/division/page/division-records.ts";

const VIDEO = { codec: "avc1", width: 64, height: 36, shownWidth: 36, shownHeight: 64, framesPerSecond: 25 };

function stored(method: string, facts: object, rest: object = {}): StoredRecord {
  const record = {
    id: "1",
    startedAt: 1,
    settings: { method, title: "Film", quality: 4 },
    facts: { container: "MP4", bytes: 9, video: VIDEO, ...facts },
    source: { name: "film", size: 9, lastModified: 1, samplesHash: "" },
    program: "/assets/divide.worker-1.js",
  };
  return { ...record, ...rest } as unknown as StoredRecord;
}

it("a division of method mpeg, which was called samples, gets its true name, with what is offered for its file", () => {
  const refusals = { samples: undefined, compress: "MPEG-1 and MPEG-2 video is not decoded here" };
  const { settings, facts, output } = upToDate(
    stored("samples", { refusals, combinesOnly: true }, { output: { method: "samples", mainId: "m" } }),
  );
  expect(settings.method).toBe("mpeg");
  expect(output).toEqual({ method: "mpeg", mainId: "m" });
  expect(facts).toEqual({
    container: "MP4",
    bytes: 9,
    video: VIDEO,
    offers: [
      { method: "mpeg", refusal: undefined },
      { method: "compress", refusal: refusals.compress },
    ],
  });
});

it.each(["samples", "compress"])("a division of method %s keeps it", (method) => {
  const { settings, facts, output } = upToDate(
    stored(method, { refusals: { samples: "cut" } }, { output: { method } }),
  );
  expect([settings.method, output?.method]).toEqual([method, method]);
  expect(facts.offers).toEqual([
    { method: "samples", refusal: "cut" },
    { method: "compress", refusal: undefined },
  ]);
});

it("one from before there were thumbnails wants none", () => {
  expect(upToDate(stored("samples", {})).settings.thumbnails).toEqual({
    poster: false,
    teaser: false,
    startSeconds: 0,
  });
});

it("one from before the shown size was told has the coded one", () => {
  const { shownWidth: _width, shownHeight: _height, ...video } = VIDEO;
  expect(upToDate(stored("samples", { video })).facts.video).toMatchObject({ shownWidth: 64, shownHeight: 36 });
});

it("one of this version stays as it is", () => {
  const offers = [{ method: "mpeg", refusal: undefined }];
  const thumbnails = { poster: true, teaser: false, startSeconds: 3 };
  const record = stored("mpeg", { offers }, { settings: { method: "mpeg", thumbnails } });
  expect(upToDate(record)).toEqual(record);
});

import { expect, it } from "vitest";
import { posterPlace } from "../../web/src/division/page/poster-place.ts";
import type { DivideSettings, SourceFacts } from "../../web/src/division/protocol/divide-api.ts";

const place = (thumbnails: object, trim?: object): number =>
  posterPlace({ thumbnails, trim } as unknown as DivideSettings, { durationSeconds: 100 } as SourceFacts);

it("the poster comes out of the part that is divided, wherever one was chosen", () => {
  expect(place({ startSeconds: 0 })).toBe(0);
  expect(place({ startSeconds: 5 })).toBe(5);
  expect(place({ startSeconds: 5, pictureSeconds: 40 })).toBe(40);
  expect(place({ startSeconds: 0 }, { fromSeconds: 20, toSeconds: 60 })).toBe(24);
  expect(place({ startSeconds: 0, pictureSeconds: 40 }, { fromSeconds: 20, toSeconds: 60 })).toBe(40);
  expect(place({ startSeconds: 0, pictureSeconds: 70 }, { fromSeconds: 20, toSeconds: 60 })).toBe(24);
  expect(place({ startSeconds: 0 }, { fromSeconds: 80 })).toBe(82);
});

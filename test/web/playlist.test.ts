import { expect, it } from "vitest";
import { movedItem } from "../../web/src/player/playlist.ts";

it("P4: an item of the playlist moves by places, at most to an end, and the list given stays as it was", () => {
  const list = ["a", "b", "c"];
  expect(movedItem(list, 0, 1)).toEqual(["b", "a", "c"]);
  expect(movedItem(list, 2, -1)).toEqual(["a", "c", "b"]);
  expect(movedItem(list, 1, -5)).toEqual(["b", "a", "c"]);
  expect(movedItem(list, 1, 5)).toEqual(["a", "c", "b"]);
  expect(movedItem(list, 7, 1)).toEqual(list);
  expect(list).toEqual(["a", "b", "c"]);
});

import { expect, it } from "vitest";
import { movedItem, type PlaylistItem, withItem } from "../../web/src/player/page/playlist.ts";

it("P4: an item of the playlist moves by places, at most to an end, and the list given stays as it was", () => {
  const list = ["a", "b", "c"];
  expect(movedItem(list, 0, 1)).toEqual(["b", "a", "c"]);
  expect(movedItem(list, 2, -1)).toEqual(["a", "c", "b"]);
  expect(movedItem(list, 1, -5)).toEqual(["b", "a", "c"]);
  expect(movedItem(list, 1, 5)).toEqual(["a", "c", "b"]);
  expect(movedItem(list, 7, 1)).toEqual(list);
  expect(list).toEqual(["a", "b", "c"]);
});

it("P4: what is opened late stands where it was asked for, as far as the viewer has not put the list in another order", () => {
  const item = (key: number) => ({ key }) as PlaylistItem;
  const keys = (list: readonly PlaylistItem[]) => list.map(({ key }) => key);
  expect(keys(withItem([], item(3)))).toEqual([3]);
  expect(keys(withItem([item(1), item(3)], item(2)))).toEqual([1, 2, 3]);
  expect(keys(withItem([item(1), item(3)], item(4)))).toEqual([1, 3, 4]);
  expect(keys(withItem([item(5), item(1)], item(2)))).toEqual([2, 5, 1]);
});

import { describe, expect, it } from "vitest";
import { type Move, type MoveAnswer, movePlace, type Place, RULES, situationOf } from "../../server/plays/sequence.ts";

const VIDEOS = 2;
const cm = (number: number): Place => ({ kind: "cm", number });
const video = (number: number): Place => ({ kind: "video", number });
const OVER: Place = { kind: "over" };
const at = (place: Place): MoveAnswer => ({ kind: "at", place });
const owing = (pendingCm: number): MoveAnswer => ({ kind: "at", place: OVER, pendingCm });
const IN_CM: MoveAnswer = { kind: "in-cm" };
const ENDED: MoveAnswer = { kind: "over" };

/** Every place of a play over two videos, and what each move gives there: Fig. 12 as a table. */
const TABLE: [string, Place, boolean, Record<Move["kind"] | "video 1" | "video 2", MoveAnswer>][] = [
  ["CM 1, running", cm(1), false, row(IN_CM, at(cm(1)), owing(1), owing(1), at(cm(1)), IN_CM)],
  ["CM 1, passed", cm(1), true, row(at(video(1)), at(cm(1)), at(OVER), at(OVER), at(cm(1)), at(cm(2)))],
  ["video 1", video(1), true, row(at(cm(2)), at(cm(1)), at(cm(3)), owing(3), at(cm(1)), at(cm(2)))],
  ["CM 2, running", cm(2), false, row(IN_CM, at(cm(1)), owing(2), owing(2), at(cm(1)), at(cm(2)))],
  ["CM 2, passed", cm(2), true, row(at(video(2)), at(cm(1)), at(OVER), at(OVER), at(cm(1)), at(cm(2)))],
  ["video 2", video(2), true, row(at(cm(3)), at(cm(2)), at(cm(3)), owing(3), at(cm(1)), at(cm(2)))],
  ["CM 3, running", cm(3), false, row(IN_CM, at(cm(2)), owing(3), owing(3), at(cm(1)), at(cm(2)))],
  ["CM 3, passed", cm(3), true, row(at(OVER), at(cm(2)), at(OVER), at(OVER), at(cm(1)), at(cm(2)))],
  ["over", OVER, true, row(ENDED, ENDED, ENDED, ENDED, ENDED, ENDED)],
];

function row(
  next: MoveAnswer,
  back: MoveAnswer,
  stop: MoveAnswer,
  close: MoveAnswer,
  first: MoveAnswer,
  second: MoveAnswer,
): Record<Move["kind"] | "video 1" | "video 2", MoveAnswer> {
  return { next, back, stop, close, video: first, "video 1": first, "video 2": second };
}

describe("P4 the sequence CM 1, video 1, CM 2, video 2, CM 3", () => {
  for (const [name, place, passed, wanted] of TABLE) {
    it.each(["next", "back", "stop", "close"] as const)(`${name}: %s`, (kind) => {
      expect(movePlace(place, { kind }, VIDEOS, passed)).toEqual(wanted[kind]);
    });
    it.each([1, 2])(`${name}: to video %i`, (number) => {
      expect(movePlace(place, { kind: "video", number }, VIDEOS, passed)).toEqual(
        wanted[number === 1 ? "video 1" : "video 2"],
      );
    });
  }

  it("has a rule for each situation, and each comes about", () => {
    const met = new Set(TABLE.map(([, place, passed]) => situationOf(place, VIDEOS, passed)));
    expect([...met].sort()).toEqual(Object.keys(RULES).sort());
  });

  it("of one video ends with its last CM", () => {
    expect(movePlace(video(1), { kind: "next" }, 1, true)).toEqual(at(cm(2)));
    expect(movePlace(cm(2), { kind: "next" }, 1, true)).toEqual(at(OVER));
  });

  it("never reaches a video but through its own CM's end, whatever is asked", () => {
    const moves: Move[] = [
      ...(["next", "back", "stop", "close"] as const).map((kind) => ({ kind })),
      ...[1, 2, 3].map((number) => ({ kind: "video", number }) as const),
    ];
    for (let number = 1; number <= 4; number++)
      for (const place of [cm(number), video(Math.min(3, number)), OVER])
        for (const passed of [false, true])
          for (const move of moves) {
            const answer = movePlace(place, move, 3, passed);
            if (answer.kind !== "at" || answer.place.kind !== "video") continue;
            expect([place, passed, move.kind]).toEqual([cm(answer.place.number), true, "next"]);
          }
  });
});

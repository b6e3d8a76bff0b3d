import { describe, expect, it } from "vitest";
import { DeliveryError } from "../../codec/errors.ts";
import { START_UNIT } from "../../codec/protect/delivery.ts";
import { AHEAD_UNITS, UnitStore, type UnitStoreOptions } from "../../web/src/player/worker/units/unit-store.ts";
import type { Unit } from "../../web/src/player/worker/units/unit-stream.ts";
import { deferred } from "../../web/src/shared/deferred.ts";

const refusal = (status: number, retryAfterSeconds?: number) =>
  new DeliveryError(`status ${status}`, {
    status,
    retryable: [425, 429, 503].includes(status),
    ...(status === 409 ? { serviceCode: "seek_first" } : {}),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });

/** A service of `segments` units that answers with what `answer` lets it. */
function serve(
  segments: number,
  answer: (from: number | "start") => void = () => {},
  options: Pick<UnitStoreOptions, "move" | "first" | "aheadEnd"> = {},
) {
  const asked: (number | "start")[] = [];
  const held: number[] = [];
  const store = new UnitStore({
    ...options,
    order: Array.from({ length: segments }, (_, number) => number),
    onHeldBack: (seconds) => held.push(seconds),
    async *fetch(from, most): AsyncGenerator<Unit> {
      asked.push(from);
      answer(from);
      let left = most;
      if (from === "start" && left-- > 0) yield { number: START_UNIT, bytes: Uint8Array.of(255) };
      for (let number = from === "start" ? 0 : from; number < segments && left-- > 0; number++)
        yield { number, bytes: Uint8Array.of(number & 255) };
    },
  });
  return { store, asked, held };
}

describe("UnitStore", () => {
  it("fetches the start first, and then what is asked for", async () => {
    const { store, asked } = serve(500);
    expect(await store.get(START_UNIT)).toEqual(Uint8Array.of(255));
    expect(await store.get(3)).toEqual(Uint8Array.of(3));
    expect(await store.get(300)).toEqual(Uint8Array.of(300 & 255));
    expect(asked[0]).toBe("start");
    expect(asked).toContain(300);
    store.close();
  });

  it("runs ahead of what is asked for, but not to the end", async () => {
    const { store, asked } = serve(10_000);
    await store.get(100);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(store.has(100 + AHEAD_UNITS - 1)).toBe(true);
    expect(store.has(100 + 2 * AHEAD_UNITS)).toBe(false);
    expect(asked.length).toBeLessThan(8);
    store.close();
  });

  it("waits as long as the service says, and asks again", async () => {
    let refusals = 0;
    const { store, held } = serve(500, (from) => {
      if (from === 300 && refusals++ < 2) throw refusal(425, 0.1);
    });
    await store.get(START_UNIT);
    const start = performance.now();
    expect(await store.get(300)).toEqual(Uint8Array.of(300 & 255));
    expect(performance.now() - start).toBeGreaterThan(190);
    expect(held).toEqual([0.1, 0.1]);
    store.close();
  });

  it("does not let a seek wait for what is held back elsewhere", async () => {
    const { store } = serve(500, (from) => {
      if (typeof from === "number" && from >= 24 && from < 400) throw refusal(425, 9);
    });
    await store.get(5);
    await new Promise((resolve) => setTimeout(resolve, 20)); // now the units ahead are held back
    const start = performance.now();
    expect(await store.get(450)).toEqual(Uint8Array.of(450 & 255));
    expect(performance.now() - start).toBeLessThan(500);
    store.close();
  });

  it("moves the service to a unit that is waited for and lies too far from its position", async () => {
    let position = 0;
    const moves: number[] = [];
    const { store } = serve(
      500,
      (from) => {
        if (typeof from === "number" && from > position + 50) throw refusal(409);
      },
      {
        move: async (number) => {
          moves.push(number);
          position = number;
        },
      },
    );
    await store.get(5);
    expect(await store.get(300)).toEqual(Uint8Array.of(300 & 255));
    expect(moves).toEqual([300]);
    store.close();
  });

  it("does not let a seek wait for what was asked ahead and is refused after it", async () => {
    const seek = deferred<void>();
    const store = new UnitStore({
      order: [...Array(500).keys()],
      async *fetch(from): AsyncGenerator<Unit> {
        if (from === 100) {
          seek.resolve();
          await new Promise((resolve) => setTimeout(resolve, 20)); // the viewer seeks while the service is asked
          throw refusal(425, 9);
        }
        for (let number = from === "start" ? 0 : from; number < 100 || number === from; number++)
          yield { number, bytes: Uint8Array.of(number & 255) };
        if (from === "start") yield { number: START_UNIT, bytes: Uint8Array.of(255) };
      },
    });
    await store.get(99);
    await seek.promise;
    const start = performance.now();
    expect(await store.get(450)).toEqual(Uint8Array.of(450 & 255));
    expect(performance.now() - start).toBeLessThan(2000);
    store.close();
  });

  it("fetches what a reader wants to see first, each alone, and runs ahead no further than it is told", async () => {
    const { store, asked } = serve(500, () => {}, { first: [499, 0], aheadEnd: (newest) => newest + 6 });
    await store.get(START_UNIT);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(asked).toEqual(["start", 499, 0, 1]);
    expect([5, 6].map((number) => store.has(number))).toEqual([true, false]);
    store.close();
  });

  /** As a service that has two layers, or variants, of the same times: it passes over what is not the viewer's. */
  function serveOwn(numbers: number, isOwn: (number: number) => boolean, order: number[]) {
    const asked: string[] = [];
    const store = new UnitStore({
      order,
      async *fetch(from, most): AsyncGenerator<Unit> {
        asked.push(`${from} ${most}`);
        let left = most;
        if (from === "start" && left-- > 0) yield { number: START_UNIT, bytes: Uint8Array.of(255) };
        for (let number = from === "start" ? 0 : from; number < numbers && left > 0; number++) {
          if (!isOwn(number)) continue;
          left -= 1;
          yield { number, bytes: Uint8Array.of(number & 255) };
        }
      },
    });
    return { store, asked };
  }
  const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

  it("runs ahead over the segments of its layer, whose numbers do not follow one another", async () => {
    const isBase = (number: number) => number % 3 === 0;
    const order = Array.from({ length: 900 }, (_, number) => number).filter(isBase);
    const { store, asked } = serveOwn(900, isBase, order);
    await store.get(300);
    await soon();
    expect(store.has(300 + 3 * (AHEAD_UNITS - 1))).toBe(true);
    expect(store.has(300 + 3 * 2 * AHEAD_UNITS)).toBe(false);
    expect(asked.length).toBeLessThan(8); // no number of the other layer is asked for
    store.close();
  });

  it("asks once for what the service passes over, goes on behind it, and tells who waits for it", async () => {
    // Of each place with two variants the viewer gets one, and does not know which.
    const order = Array.from({ length: 200 }, (_, number) => number);
    const { store, asked } = serveOwn(200, (number) => number % 10 !== 4, order);
    await store.get(0);
    await soon();
    const before = asked.length;
    expect(before).toBeLessThan(8);
    await soon();
    expect(asked.length).toBe(before);
    await expect(store.get(14)).rejects.toThrow("does not send unit 14");
    expect(await store.get(15)).toEqual(Uint8Array.of(15));
    store.close();
  });

  it("gives what may be another's where it is sent, and else says so without asking twice, until it is to", async () => {
    let isMember = false;
    const order = Array.from({ length: 60 }, (_, number) => number);
    const { store, asked } = serveOwn(60, (number) => isMember || number % 2 === 0, order);
    await store.get(0);
    await soon();
    const { length } = asked;
    expect(await store.getIfSent(4, false)).toEqual(Uint8Array.of(4));
    expect(await store.getIfSent(5, false)).toBeUndefined();
    expect(asked.length).toBe(length);
    expect([store.isSettled(4), store.isSettled(5), store.isSettled(59)]).toEqual([true, true, false]);
    expect(await store.getIfSent(5, true)).toBeUndefined();
    isMember = true;
    expect(await store.getIfSent(5, true)).toEqual(Uint8Array.of(5));
    store.close();
    await expect(store.getIfSent(59, false)).rejects.toThrow("cancelled");
  });

  it("asks no more at the end of a file whose last units are another's", async () => {
    const { store, asked } = serveOwn(
      20,
      (number) => number < 10,
      Array.from({ length: 20 }, (_, number) => number),
    );
    await store.get(9);
    await soon();
    const { length } = asked;
    await soon();
    expect(asked.length).toBe(length);
    expect(length).toBeLessThan(15);
    store.close();
  });

  it("gives up at a refusal that asking again cannot change", async () => {
    const { store } = serve(10, () => {
      throw refusal(404);
    });
    await expect(store.get(START_UNIT)).rejects.toThrow("status 404");
    await expect(store.get(2)).rejects.toThrow("status 404");
  });

  it("asks again after a broken answer", async () => {
    let broken = 0;
    const { store } = serve(10, () => {
      if (broken++ === 0) throw new TypeError("network");
    });
    expect(await store.get(1)).toEqual(Uint8Array.of(1));
    store.close();
  });

  it("lets waiting ones go at a seek, and all at the end", async () => {
    const store = new UnitStore({ order: [7, 8], fetch: () => neverEnding() });
    const waiting = store.get(7);
    store.forgetWaiting();
    await expect(waiting).rejects.toThrow("cancelled");
    const later = store.get(8);
    store.close();
    await expect(later).rejects.toThrow("cancelled");
  });
});

async function* neverEnding(): AsyncGenerator<Unit> {
  await new Promise(() => {});
}

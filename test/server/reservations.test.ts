/** Protection is reserved before a video comes: what the service offers, and what the creator chooses of it (R8). */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Reservation } from "../../server/reservations/schemas.ts";
import { type ErrorBody, makePair, startTestServer, type TestServer, uploadFile } from "./harness.ts";
import { sendJson } from "./test-accounts.ts";

const ALL = {
  viewers: ["premium", "signed-in", "age", "group"],
  treatments: ["black", "mosaic", "picture", "text"],
  sounds: ["keep", "mute", "voice", "tone"],
};
const CHOICE = { viewers: "premium", treatment: "mosaic", sound: "mute" };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

type Creator = "provider" | "administrator";
const send = async (role: Creator, method: string, path: string, body?: unknown): Promise<Response> =>
  sendJson(`${server.url}/api/${path}`, method, body, await server.as(role));
const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as ErrorBody).error.code];
async function bodyOf<T = Reservation>(answer: Response): Promise<T> {
  expect(answer.ok, await answer.clone().text()).toBe(true);
  return (await answer.json()) as T;
}
const make = async (protection: string): Promise<Reservation> =>
  bodyOf(await send("provider", "POST", "reservations", { title: "Game night", protection }));
const change = (id: string, values: object, role: Creator = "provider") =>
  send(role, "PATCH", `reservations/${id}`, values);

describe("R8 a reservation", () => {
  it("with protection on tells what is offered, and is ready once the creator chose (Fig. 3, F1-F3)", async () => {
    const made = await make("on");
    expect(made).toMatchObject({ title: "Game night", protection: "on", options: ALL, choice: null, ready: false });
    expect(await bodyOf(await change(made.reservationId, { choice: CHOICE }))).toMatchObject({
      choice: CHOICE,
      ready: true,
    });
    const { reservations } = await bodyOf<{ reservations: Reservation[] }>(
      await send("provider", "GET", "reservations"),
    );
    expect(reservations).toContainEqual(expect.objectContaining({ reservationId: made.reservationId, choice: CHOICE }));
  });

  it("without protection is ready and offers nothing; with auto the marks decide (Fig. 4, S01)", async () => {
    expect(await make("off")).toMatchObject({ options: null, ready: true });
    expect(await make("auto")).toMatchObject({ options: ALL, ready: true, choice: null });
  });

  it("takes of what is offered only", async () => {
    const { reservationId } = await make("on");
    const offered = { viewers: ["premium", "age"], treatments: ["black"], sounds: ["keep", "mute"] };
    expect((await send("administrator", "PUT", "restriction-options", offered)).status).toBe(200);
    for (const wrong of [
      { ...CHOICE, treatment: "mosaic" },
      { viewers: "signed-in", treatment: "black", sound: "mute" },
      { viewers: "age:18", treatment: "black", sound: "tone" },
    ])
      expect(await codeOf(await change(reservationId, { choice: wrong }))).toEqual([400, "bad_request"]);
    for (const viewers of ["age:0", "age:121", "everybody", "group:", "group:a b", "premium "])
      expect((await change(reservationId, { choice: { viewers, treatment: "black", sound: "mute" } })).status).toBe(
        400,
      );
    const fitting = { viewers: "age:18", treatment: "black", sound: "mute" };
    expect(await bodyOf(await change(reservationId, { choice: fitting }))).toMatchObject({ choice: fitting });
    expect(await bodyOf<object>(await send("provider", "GET", "restriction-options"))).toEqual(offered);
    expect((await send("administrator", "PUT", "restriction-options", ALL)).status).toBe(200);
  });

  it("names the video that came of it, one's own, and no video has two", async () => {
    const pair = await makePair({ seconds: 2 });
    expect((await uploadFile(server, "slave", pair.slaveId, pair.slave)).status).toBe(201);
    const [first, second] = [await make("auto"), await make("on")];
    expect(await codeOf(await change(first.reservationId, { mainId: "0".repeat(32) }))).toEqual([404, "not_found"]);
    expect(await bodyOf(await change(first.reservationId, { mainId: pair.mainId }))).toMatchObject({
      mainId: pair.mainId,
    });
    expect(await codeOf(await change(second.reservationId, { mainId: pair.mainId }))).toEqual([409, "conflict"]);
    expect((await send("provider", "DELETE", `reservations/${first.reservationId}`)).status).toBe(204);
    expect((await change(second.reservationId, { mainId: pair.mainId })).status).toBe(200);
  });

  it("is nobody else's", async () => {
    const { reservationId } = await make("on");
    expect(await codeOf(await change(reservationId, { choice: CHOICE }, "administrator"))).toEqual([404, "not_found"]);
    expect((await send("administrator", "DELETE", `reservations/${reservationId}`)).status).toBe(404);
    expect((await change(reservationId, { protection: "off" })).status).toBe(200);
  });
});

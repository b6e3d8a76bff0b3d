/** Captions' size and colour: what is chosen is shown, kept on the device, and taken from there only where it makes sense. */
import { beforeEach, describe, expect, it, vi } from "vitest";

const kept = new Map<string, string>();
beforeEach(() => {
  kept.clear();
  vi.resetModules();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
});

const look = () => import("../../web/src/features/watch/caption-look.ts");

describe("the captions' look", () => {
  it("is white and of usual size until something else is chosen, which a later visit finds again", async () => {
    const first = await look();
    expect(first.captionLook.snapshot()).toEqual({ size: "normal", colour: "white" });
    first.changeCaptionLook({ size: "large" });
    first.changeCaptionLook({ colour: "yellow" });
    expect(first.captionStyle(first.captionLook.snapshot())).toEqual({ "--caption-size": 1.5, color: "#ffe45c" });
    vi.resetModules();
    expect((await look()).captionLook.snapshot()).toEqual({ size: "large", colour: "yellow" });
  });

  it("tells whoever shows captions at once", async () => {
    const { captionLook, changeCaptionLook } = await look();
    const told: unknown[] = [];
    captionLook.subscribe(() => told.push(captionLook.snapshot()));
    changeCaptionLook({ size: "small" });
    expect(told).toEqual([{ size: "small", colour: "white" }]);
  });

  it("is the usual one where what was kept is of another version", async () => {
    kept.set("cmix-caption-look", JSON.stringify({ size: "huge", colour: 7 }));
    expect((await look()).captionLook.snapshot()).toEqual({ size: "normal", colour: "white" });
  });

  it("has colours with a contrast above 7 to 1 on black", async () => {
    const { CAPTION_COLOURS } = await look();
    for (const [name, colour] of Object.entries(CAPTION_COLOURS)) {
      const digits =
        colour.length === 4 ? [...colour.slice(1)].map((digit) => digit + digit) : (colour.slice(1).match(/../g) ?? []);
      const light = digits.map((hex) => (Number.parseInt(hex, 16) / 255) ** 2.2);
      const [red = 0, green = 0, blue = 0] = light;
      expect((0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) / 0.05, name).toBeGreaterThan(7);
    }
  });
});

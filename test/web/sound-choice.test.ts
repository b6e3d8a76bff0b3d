/** Which of a video's sounds is heard, and what they are called. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { codecName, soundNames } from "../../web/src/features/watch/sound-names.ts";
import { SoundStore, usualSound } from "../../web/src/player/page/sound-choice.ts";
import type { SoundFacts } from "../../web/src/player/protocol/play-api.ts";
import type { Translate } from "../../web/src/shared/i18n/text.tsx";

const sound = (id: number, more: Partial<SoundFacts> = {}): SoundFacts => ({
  id,
  codec: "mp4a.40.2",
  channels: 2,
  sampleRate: 48000,
  language: undefined,
  playable: true,
  ...more,
});

function rememberIn(kept: Map<string, string>): void {
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
}

const t = ((key: string, values: object = {}) => `${key} ${Object.values(values).join(" ")}`) as Translate;

afterEach(() => void vi.unstubAllGlobals());

describe("the sound that is heard", () => {
  const sounds = [
    sound(1, { codec: "dtsc", playable: false, language: "eng" }),
    sound(2, { language: "deu" }),
    sound(3, { language: "jpn" }),
  ];

  it("is the first that can be played, while nothing was chosen", () => {
    expect(usualSound(sounds)?.id).toBe(2);
    expect(usualSound([sound(1, { playable: false })])).toBeUndefined();
    expect(usualSound([])).toBeUndefined();
  });

  it("is in the language that was chosen last, however a file writes it", async () => {
    rememberIn(new Map());
    const told: unknown[] = [];
    const tell = async (...choice: unknown[]) => void told.push(choice);
    const store = new SoundStore(tell, () => told.push("changed"));
    await store.setVideo(10, sounds);
    expect(store.rateOf({ sounds })).toBe(48000);
    await store.choose(3);
    await store.choose(3);
    expect(told).toEqual([[10, 2], [10, 3], "changed"]);
    const others = [sound(1, { language: "en" }), sound(2, { language: "ja-JP" })];
    await store.setVideo(11, others);
    expect(store.snapshot()).toEqual({ sounds: others, chosen: 2 });
    expect(usualSound([sound(7, { language: "jpn", playable: false }), sound(8)])?.id).toBe(8);
  });

  it("is not led by a language that is none", () => {
    rememberIn(new Map([["cmix-sound", JSON.stringify({ language: "no language!" })]]));
    expect(usualSound(sounds)?.id).toBe(2);
    expect(usualSound([sound(1), sound(2, { language: "no language!" })])?.id).toBe(2);
  });
});

describe("names of sounds", () => {
  it("are the languages' in the page's language, by ISO 639-2 in both its forms", () => {
    const sounds = [sound(1, { language: "eng" }), sound(2, { language: "ger" }), sound(3, { language: "fra" })];
    expect(soundNames(sounds, "en", t)).toEqual(["English", "German", "French"]);
    expect(soundNames(sounds, "ja", t)[0]).toBe("英語");
  });

  it("tell alike ones apart, and bear any text of a file", () => {
    const sounds = [
      sound(1, { language: "<b> !" }),
      sound(2),
      sound(3, { language: "eng" }),
      sound(4, { language: "en", codec: "ac-3", channels: 6 }),
    ];
    const names = soundNames(sounds, "en", t);
    expect(names[0]).toBe("<b> !");
    expect(names[1]).toBe("watch.sound.number 2");
    expect(names[2]).toBe("3: English, AAC, stereo");
    expect(names[3]).toBe("4: English, AC-3, 5.1");
  });

  it.each([
    ["ac-4", "AC-4"],
    ["ec-3", "E-AC-3"],
    ["dtsc", "DTS"],
    ["a_dts", "DTS"],
    ["lpcm-bluray", "LPCM"],
    ["mp2", "MP2"],
    ["what", "what"],
  ])("of codec %s is %s", (codec, name) => expect(codecName(codec)).toBe(name));
});

import { decode, encode } from "cborg";
import { beforeAll, describe, expect, it } from "vitest";
import { concatBytes } from "../../codec/bytes/bytes.ts";
import { FormatError } from "../../codec/errors.ts";
import { USUAL_RULE } from "../../codec/restriction/mark.ts";
import { type MarkRecord, readMarkRecord, signMarkRecord } from "../../codec/restriction/mark-record.ts";
import { createSigningKey, type SigningKey, sign } from "../../codec/restriction/signing.ts";

const RECORD: Omit<MarkRecord, "publicKey"> = {
  id: "0011223344556677",
  service: "https://cmix.example",
  holder: "映画会社 Ltd",
  validUntilSeconds: 1_900_000_000,
  rule: { ...USUAL_RULE, area: { x: 1, y: 2, width: 3, height: 4 }, viewers: "group:staff" },
};

let key: SigningKey;
beforeAll(async () => {
  key = await createSigningKey();
});

/** A record of these fields that is signed all right. */
async function signed(change: (fields: Record<string, unknown>) => unknown): Promise<Uint8Array> {
  const fields = decode((await signMarkRecord(RECORD, key)).subarray(64)) as Record<string, unknown>;
  const cbor = encode(change(fields));
  return concatBytes(await sign("cmix/mark-record", cbor, key.privateKey), cbor);
}

describe("a mark's record", () => {
  it("comes back as it was signed", async () => {
    expect(await readMarkRecord(await signMarkRecord(RECORD, key))).toEqual({ ...RECORD, publicKey: key.publicKey });
    const { area: _, ...soundAlone } = RECORD.rule;
    const sound = { ...RECORD, rule: { ...soundAlone, sound: "voice" as const } };
    expect(await readMarkRecord(await signMarkRecord(sound, key))).toEqual({ ...sound, publicKey: key.publicKey });
  });

  it("is the same bytes each time", async () => {
    expect(await signMarkRecord(RECORD, key)).toEqual(await signMarkRecord({ ...RECORD }, key));
  });

  it("is refused with any byte changed, cut or added", async () => {
    const bytes = await signMarkRecord(RECORD, key);
    for (let at = 0; at < bytes.length; at++)
      for (const bit of [1, 128]) {
        const changed = bytes.slice();
        changed[at] = (changed[at] as number) ^ bit;
        await expect(readMarkRecord(changed), `byte ${at}`).rejects.toBeInstanceOf(FormatError);
      }
    for (const length of [0, 1, 63, 64, 65, bytes.length - 1])
      await expect(readMarkRecord(bytes.subarray(0, length)), `${length}`).rejects.toBeInstanceOf(FormatError);
    await expect(readMarkRecord(concatBytes(bytes, Uint8Array.of(0)))).rejects.toBeInstanceOf(FormatError);
  });

  it.each<[string, (fields: Record<string, unknown>) => unknown, RegExp]>([
    ["a missing field", ({ holder: _, ...rest }) => rest, /holder/],
    ["an unknown field", (fields) => ({ ...fields, extra: 1 }), /extra/],
    ["another version", (fields) => ({ ...fields, version: 2 }), /version/],
    ["an area outside", (fields) => ({ ...fields, area: [900, 0, 200, 10] }), /area/],
    ["a sound of no name", (fields) => ({ ...fields, sound: "loud" }), /sound/],
    ["nobody's viewers", (fields) => ({ ...fields, viewers: "friends" }), /viewers/],
    ["a foreign address", (fields) => ({ ...fields, service: "ftp://x" }), /service/],
    ["nothing hidden", ({ area: _, ...rest }) => rest, /neither picture nor sound/],
    ["no map", () => [1, 2], /record/],
    ["deep nesting", () => JSON.parse(`${"[".repeat(400)}${"]".repeat(400)}`), /record/],
    ["a thousand bytes", (fields) => ({ ...fields, holder: "x".repeat(1000) }), /up to 1024/],
  ])("is refused with %s, though it is signed", async (_name, change, message) => {
    await expect(signed(change).then(readMarkRecord)).rejects.toThrow(message);
    await expect(signed(change).then(readMarkRecord)).rejects.toBeInstanceOf(FormatError);
  });

  it("is refused in another order or longer numbers, though it is signed", async () => {
    const good = (await signMarkRecord(RECORD, key)).subarray(64);
    const entries = [...Object.entries(decode(good) as Record<string, unknown>)].reverse();
    const reversed = concatBytes(
      Uint8Array.of(0xa0 + entries.length),
      ...entries.flatMap(([name, value]) => [encode(name), encode(value)]),
    );
    const resigned = concatBytes(await sign("cmix/mark-record", reversed, key.privateKey), reversed);
    await expect(readMarkRecord(resigned)).rejects.toThrow(/canonical/);
  });

  it("is not signed with a field that no record can hold", async () => {
    await expect(signMarkRecord({ ...RECORD, holder: "" }, key)).rejects.toBeInstanceOf(RangeError);
    await expect(signMarkRecord({ ...RECORD, id: "00" }, key)).rejects.toThrow(/^id: "00"/);
    await expect(signMarkRecord({ ...RECORD, validUntilSeconds: 0.5 }, key)).rejects.toThrow(/^validUntil/);
    const rule = { ...USUAL_RULE, holdSeconds: -1 };
    await expect(signMarkRecord({ ...RECORD, rule }, key)).rejects.toThrow(/^holdSeconds/);
  });

  it("signed as something else says nothing", async () => {
    const cbor = (await signMarkRecord(RECORD, key)).subarray(64);
    const asMark = concatBytes(await sign("cmix/mark", cbor, key.privateKey), cbor);
    await expect(readMarkRecord(asMark)).rejects.toThrow(/not signed by the key/);
  });
});

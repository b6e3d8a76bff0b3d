/** The primitives that Node brings give what those of browsers give: plain bytes, which a slice of copies. */
import { beforeAll, expect, it } from "vitest";
import { cryptoPrimitives } from "../../codec/crypto/primitives.ts";
import { installNodeCrypto } from "../../codec/hosts/node/index.ts";

beforeAll(installNodeCrypto);

it("give plain bytes, whether sealed or opened", async () => {
  const key = new Uint8Array(32).fill(7);
  const [data, plain] = [Uint8Array.of(1, 2, 3), Uint8Array.from({ length: 100 }, (_, i) => i)];
  const { payload, tag } = await cryptoPrimitives().seal(key, data, plain);
  const opened = await cryptoPrimitives().open(key, data, payload, tag);
  expect(opened).toEqual(plain);
  for (const bytes of [payload, tag, opened, await cryptoPrimitives().sha256(plain)])
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
});

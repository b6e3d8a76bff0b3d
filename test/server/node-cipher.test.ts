/** S4: the server's own way through node:crypto gives the bytes of the codec's, which players use. */
import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { webCipher } from "../../codec/protect/delivery.ts";
import { nodeCipher } from "../../server/plays/node-cipher.ts";

const bytes = (length: number) => new Uint8Array(randomBytes(length));

it("S4 equals the codec's cipher for each secret, salt, info and length, in any order", async () => {
  const [secrets, salts, infos] = [
    [bytes(32), bytes(32)],
    [bytes(32), bytes(32)],
    [bytes(0), bytes(64), bytes(200)],
  ];
  const seen = new Set<string>();
  for (const length of [0, 1, 15, 16, 17, 7500])
    for (const secret of secrets)
      for (const salt of [...salts, salts[0] as Uint8Array]) // a salt comes back after another
        for (const info of infos) {
          const unit = new Uint8Array(length);
          const sent = await nodeCipher(secret, salt, info, unit);
          expect(Buffer.from(sent)).toEqual(Buffer.from(await webCipher(secret, salt, info, unit)));
          if (length === 7500) seen.add(Buffer.from(sent.subarray(0, 32)).toString("hex"));
        }
  expect(seen.size).toBe(secrets.length * salts.length * infos.length);
});

import { describe, expect, it } from "vitest";
import { concatBytes } from "../../codec/bytes/bytes.ts";
import { readY4m, type Y4mSource } from "../../codec/containers/y4m/y4m.ts";
import { InputError } from "../../codec/errors.ts";
import { PictureBuffers } from "../../codec/pictures/picture-buffers.ts";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const HEADER = ascii("YUV4MPEG2 W4 H2 F25:1 Ip\n");
const SAMPLES = 4 * 2 + 2 * 2;

const samplesOf = (picture: number): Uint8Array => Uint8Array.from({ length: SAMPLES }, (_, i) => picture * 16 + i);

function sourceOf(...parts: Uint8Array[]): Y4mSource {
  const bytes = concatBytes(...parts);
  return {
    size: bytes.length,
    readInto: async (offset, target) => target.set(bytes.subarray(offset, offset + target.length)),
  };
}

/** The samples of each picture; its buffer goes back at once where `reuse` is set. */
async function read(source: Y4mSource, reuse = false): Promise<number[][]> {
  const buffers = new PictureBuffers();
  const { pictures } = await readY4m(source, buffers);
  const found: number[][] = [];
  for await (const { data, planes } of pictures) {
    found.push([...data.subarray(planes[0]?.offset)]);
    if (reuse) buffers.give(data.buffer as ArrayBuffer);
  }
  return found;
}

describe("reading YUV4MPEG2", () => {
  const lines = ["FRAME\n", "FRAME Ip XA=b\n", "FRAME Ip XA=b\n", "FRAME\n"];
  const source = sourceOf(HEADER, ...lines.flatMap((line, picture) => [ascii(line), samplesOf(picture)]));
  const wanted = lines.map((_, picture) => [...samplesOf(picture)]);

  it("takes lines with parameters, and of lengths that change", async () => {
    expect(await read(source)).toEqual(wanted);
  });

  it("gives the same pictures in buffers that are used again", async () => {
    expect(await read(source, true)).toEqual(wanted);
  });

  it("names the byte where a picture's line is missing", async () => {
    const broken = sourceOf(HEADER, ascii("FRAME\n"), samplesOf(0), ascii("FRUMP\n"), samplesOf(1));
    const error = await read(broken).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).details).toEqual({ picture: 1, offsetBytes: HEADER.length + 6 + SAMPLES });
  });

  it.each([1, 5, 6, 7, SAMPLES + 5])(
    "says that the file ends inside picture 1 when %i bytes of it are there",
    async (there) => {
      const cut = concatBytes(ascii("FRAME\n"), samplesOf(1)).subarray(0, there);
      const broken = sourceOf(HEADER, ascii("FRAME\n"), samplesOf(0), cut);
      await expect(read(broken)).rejects.toThrow(InputError);
    },
  );
});

/** Lets a page's own decoders try coded pictures. */
import type { EnginePage } from "./engines.ts";

/** Pictures are compared at this size, grey: what can be recognised survives that. */
export const SIDE = 64;

export interface CodedPicture {
  key: boolean;
  timeMicroseconds: number;
  data: Uint8Array;
}

export interface Loot {
  /** Brightness, SIDE x SIDE. */
  pictures: Uint8Array[];
  errors: number;
}

/** Base64, since only JSON goes between test and page. */
type Sent = Omit<CodedPicture, "data"> & { data: string };
type SentConfig = Omit<VideoDecoderConfig, "description"> & { description?: string };

const sentConfig = ({ description, ...rest }: VideoDecoderConfig): SentConfig =>
  description === undefined
    ? rest
    : { ...rest, description: Buffer.from(description as Uint8Array).toString("base64") };

export const canDecode = (page: EnginePage, { codec, codedWidth, codedHeight }: VideoDecoderConfig): Promise<boolean> =>
  page.evaluate(
    async (config) => {
      const { supported } = await VideoDecoder.isConfigSupported(config).catch(() => ({ supported: false }));
      return supported === true;
    },
    { codec, codedWidth, codedHeight } as VideoDecoderConfig,
  );

/** @param each every picture in a decoder of its own, instead of one behind another */
export async function decodePictures(
  page: EnginePage,
  config: VideoDecoderConfig,
  coded: CodedPicture[],
  each: boolean,
): Promise<Loot> {
  const sent = coded.map(({ data, ...rest }) => ({ ...rest, data: Buffer.from(data).toString("base64") }));
  const { pictures, errors } = await page.evaluate(decodeInPage, sentConfig(config), sent, each, SIDE);
  return { pictures: pictures.map((picture) => new Uint8Array(Buffer.from(picture, "base64"))), errors };
}

/** Runs in the page. A decoder that has given up is followed by a new one, which is told that the next picture is a key picture. */
async function decodeInPage(
  { description, ...rest }: SentConfig,
  coded: Sent[],
  each: boolean,
  side: number,
): Promise<{ pictures: string[]; errors: number }> {
  const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const config: VideoDecoderConfig = description === undefined ? rest : { ...rest, description: bytesOf(description) };
  const context = new OffscreenCanvas(side, side).getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("no 2d canvas");
  const pictures: string[] = [];
  let errors = 0;
  const fail = () => {
    errors += 1;
  };
  const open = () => {
    const decoder = new VideoDecoder({
      output: (frame) => {
        context.drawImage(frame, 0, 0, side, side);
        frame.close();
        const { data } = context.getImageData(0, 0, side, side);
        const grey = new Uint8Array(side * side);
        for (let i = 0; i < grey.length; i++)
          grey[i] = ((data[4 * i] ?? 0) + 2 * (data[4 * i + 1] ?? 0) + (data[4 * i + 2] ?? 0)) / 4;
        pictures.push(btoa(String.fromCharCode(...grey)));
      },
      error: fail,
    });
    decoder.configure(config);
    return decoder;
  };
  const finish = async (decoder: VideoDecoder) => {
    if (decoder.state !== "closed") await decoder.flush().catch(fail);
    if (decoder.state !== "closed") decoder.close();
  };
  let decoder = open();
  let isFresh = true;
  for (const { key, timeMicroseconds, data } of coded) {
    if (decoder.state === "closed" || (each && !isFresh)) {
      await finish(decoder);
      decoder = open();
      isFresh = true;
    }
    try {
      const type = key || isFresh ? "key" : "delta";
      decoder.decode(new EncodedVideoChunk({ type, timestamp: timeMicroseconds, data: bytesOf(data) }));
      isFresh = false;
    } catch {
      fail();
    }
    // An error is told later: until then pictures would be lost with a decoder that has given up.
    for (let wait = 0; wait < 50 && decoder.state !== "closed" && decoder.decodeQueueSize > 0; wait++)
      await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await finish(decoder);
  return { pictures, errors };
}

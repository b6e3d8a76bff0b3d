/** What creators lay over hidden areas, drawn as the codec takes it. */
import { InputError, type OverlayPicture, type Overlays } from "../../../../codec/index.ts";
import type { Covers } from "../protocol/divide-api.ts";

/** More is of no use in a part of a picture. */
const SIDE_MAX = 1280;
const FONT_PIXELS = 48;
const LINE_PIXELS = 60;
const FONT = `bold ${FONT_PIXELS}px sans-serif`;

/** @throws {@link InputError} the picture is none that this browser reads */
export async function drawCovers({ picture, text }: Covers): Promise<Overlays> {
  return {
    ...(picture === undefined ? {} : { picture: await drawPicture(picture) }),
    ...(text === undefined ? {} : { text: drawText(text) }),
  };
}

async function drawPicture(bytes: Uint8Array<ArrayBuffer>): Promise<OverlayPicture> {
  const image = await createImageBitmap(new Blob([bytes])).catch(() => {
    throw new InputError("the picture to lay over hidden parts cannot be read: choose another one", {
      reason: "coverPicture",
    });
  });
  const scale = Math.min(1, SIDE_MAX / Math.max(image.width, image.height));
  const size = (side: number): number => Math.max(1, Math.round(side * scale));
  const drawn = draw(size(image.width), size(image.height), (context, width, height) => {
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, width, height);
  });
  image.close();
  return drawn;
}

/** White, in lines that come to about twice as wide as high. */
function drawText(text: string): OverlayPicture {
  const measure = contextOf(1, 1);
  measure.font = FONT;
  const widthOf = (line: string): number => measure.measureText(line).width;
  const most = Math.max(6 * FONT_PIXELS, Math.sqrt(2 * widthOf(text) * LINE_PIXELS));
  const lines = folded(text, (line) => widthOf(line) <= most);
  const width = Math.ceil(Math.max(...lines.map(widthOf))) + FONT_PIXELS;
  return draw(width, (lines.length + 1) * LINE_PIXELS, (context) => {
    context.font = FONT;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = "#fff";
    for (const [i, line] of lines.entries()) context.fillText(line, width / 2, (i + 1) * LINE_PIXELS);
  });
}

/** Lines that fit; a word that does not is broken, as there may be no spaces. */
function folded(text: string, fits: (line: string) => boolean): string[] {
  const lines: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const joined = `${lines.at(-1) ?? ""} ${word}`;
    if (lines.length > 0 && fits(joined)) {
      lines[lines.length - 1] = joined;
      continue;
    }
    let line = "";
    for (const { segment } of new Intl.Segmenter().segment(word)) {
      if (line !== "" && !fits(line + segment)) {
        lines.push(line);
        line = "";
      }
      line += segment;
    }
    lines.push(line);
  }
  return lines;
}

function contextOf(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("no canvas: close other pages");
  return context;
}

function draw(
  width: number,
  height: number,
  paint: (context: OffscreenCanvasRenderingContext2D, width: number, height: number) => void,
): OverlayPicture {
  const context = contextOf(width, height);
  paint(context, width, height);
  return { width, height, rgba: new Uint8Array(context.getImageData(0, 0, width, height).data.buffer) };
}

import type { Context } from "hono";
import type { ByteSource } from "../../codec/index.ts";
import { Refusal } from "../refusal.ts";

const CHUNK_BYTES = 256 << 10;

export interface FileAnswer {
  type: string;
  /** Differs when the bytes do; becomes the entity tag. */
  tag: string;
  cache: string;
  /** The name to save it under; without one it is shown in place. */
  fileName?: string;
}

/** Answers with a file, or with the one range of it that was asked for (RFC 9110, 14); several ranges are answered with the whole. */
export function sendFile(c: Context, source: ByteSource, answer: FileAnswer): Response {
  const tag = `"${answer.tag}"`;
  c.header("ETag", tag);
  c.header("Cache-Control", answer.cache);
  c.header("Accept-Ranges", "bytes");
  if (c.req.header("If-None-Match")?.includes(tag)) return c.body(null, 304);
  const ifRange = c.req.header("If-Range");
  const range = ifRange === undefined || ifRange === tag ? readRange(c.req.header("Range"), source.size) : undefined;
  if (range === "outside") {
    c.header("Content-Range", `bytes */${source.size}`);
    throw new Refusal("range", `range outside of the file, which has ${source.size} bytes`, { size: source.size });
  }
  c.header("Content-Type", answer.type);
  if (answer.fileName !== undefined) c.header("Content-Disposition", attachment(answer.fileName));
  const { start, end } = range ?? { start: 0, end: source.size };
  c.header("Content-Length", String(end - start));
  if (range !== undefined) c.header("Content-Range", `bytes ${start}-${end - 1}/${source.size}`);
  return c.body(streamBytes(source, start, end), range === undefined ? 200 : 206);
}

/** Reads only as fast as it is taken. */
function streamBytes(source: ByteSource, start: number, end: number): ReadableStream<Uint8Array> {
  let offset = start;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const length = Math.min(CHUNK_BYTES, end - offset);
        if (length > 0) controller.enqueue(await source.read(offset, length));
        offset += length;
        if (offset >= end) controller.close();
      },
    },
    { highWaterMark: 0 }, // nothing is read for a HEAD request
  );
}

/** @returns undefined for no range, or one that is not understood and so does not count */
function readRange(header: string | undefined, size: number): { start: number; end: number } | "outside" | undefined {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return undefined;
  if (from === "")
    return Number(to) === 0 || size === 0 ? "outside" : { start: Math.max(0, size - Number(to)), end: size };
  if (to !== "" && Number(to) < Number(from)) return undefined;
  if (Number(from) >= size) return "outside";
  return { start: Number(from), end: to === "" ? size : Math.min(size, Number(to) + 1) };
}

/** RFC 6266: a plain name for old programs, the real one in UTF-8. */
function attachment(name: string): string {
  const letters = [...name.replace(/[\p{Cc}\p{Cs}/\\:*?"<>|]/gu, "_")].slice(0, 200);
  const safe = letters.join("") || "video.cmx";
  const plain = safe.replace(/[^\x20-\x7e]/g, "_");
  const encoded = encodeURIComponent(safe).replace(
    /['()]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

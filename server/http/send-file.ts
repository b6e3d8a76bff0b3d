import type { ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { Context } from "hono";
import type { ByteSource } from "../../codec/index.ts";
import { Refusal } from "../refusal.ts";

const CHUNK_BYTES = 256 << 10;
/** Of what is sent at a set pace. */
const PACED_CHUNK_BYTES = 64 << 10;

export interface FileAnswer {
  type: string;
  /** Differs when the bytes do; becomes the entity tag. */
  tag: string;
  cache: string;
  /** The name to save it under; without one it is shown in place. */
  fileName?: string;
  /** Asked before each piece. @returns milliseconds until `bytes` more may go */
  waitFor?(bytes: number): number;
  /** The answer to a GET with bytes in it is over. */
  onSent?(sent: SentBytes): void;
}

/** What went out of a file in one answer. */
export interface SentBytes {
  /** Where the answer began. */
  start: number;
  /** Handed to the system; of an answer that broke off, about. */
  bytes: number;
  /** All of the answer. */
  isWhole: boolean;
}

/** What of a file a request asks for. */
type Asked = { start: number; end: number; isPart: boolean } | "unchanged" | "outside";

/** Whether {@link sendFile} will answer with bytes of the file, and not to HEAD or with a refusal. @param tag as in `FileAnswer` */
export function sendsBytes(c: Context, size: number, tag: string): boolean {
  return c.req.method === "GET" && typeof askedOf(c, size, tag) === "object";
}

function askedOf(c: Context, size: number, tag: string): Asked {
  if (c.req.header("If-None-Match")?.includes(`"${tag}"`)) return "unchanged";
  const ifRange = c.req.header("If-Range");
  const range = ifRange === undefined || ifRange === `"${tag}"` ? readRange(c.req.header("Range"), size) : undefined;
  if (range === "outside") return range;
  return { ...(range ?? { start: 0, end: size }), isPart: range !== undefined };
}

/** Answers with a file, or with the one range of it that was asked for (RFC 9110, 14); several ranges are answered with the whole. */
export function sendFile(c: Context, source: ByteSource, answer: FileAnswer): Response {
  c.header("ETag", `"${answer.tag}"`);
  c.header("Cache-Control", answer.cache);
  c.header("Accept-Ranges", "bytes");
  const asked = askedOf(c, source.size, answer.tag);
  if (asked === "unchanged") return c.body(null, 304);
  if (asked === "outside") {
    c.header("Content-Range", `bytes */${source.size}`);
    throw new Refusal("range", `range outside of the file, which has ${source.size} bytes`, { size: source.size });
  }
  c.header("Content-Type", answer.type);
  if (answer.fileName !== undefined) c.header("Content-Disposition", attachment(answer.fileName));
  const { start, end, isPart } = asked;
  c.header("Content-Length", String(end - start));
  if (isPart) c.header("Content-Range", `bytes ${start}-${end - 1}/${source.size}`);
  const body = new FileBody(source, start, end, answer.waitFor);
  if (c.req.method === "GET") body.tell(c.env?.outgoing as ServerResponse | undefined, answer.onSent);
  return c.body(body.stream, isPart ? 206 : 200);
}

/** Reads only as fast as it is taken, and as fast as `waitFor` lets it. */
class FileBody {
  readonly stream: ReadableStream<Uint8Array>;
  private readonly start: number;
  /** Bytes before it were read. */
  private offset: number;
  private ended = (_isWhole: boolean): void => {};

  constructor(source: ByteSource, start: number, end: number, waitFor: FileAnswer["waitFor"]) {
    this.start = start;
    this.offset = start;
    const leaving = new AbortController();
    const chunkBytes = waitFor === undefined ? CHUNK_BYTES : PACED_CHUNK_BYTES;
    this.stream = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const length = Math.min(chunkBytes, end - this.offset);
          if (length > 0) {
            const wait = waitFor?.(length) ?? 0;
            if (wait > 0) await pause(wait, undefined, { signal: leaving.signal }).catch(() => {});
            if (leaving.signal.aborted) return;
            controller.enqueue(await source.read(this.offset, length));
          }
          this.offset += length;
          if (this.offset < end) return;
          controller.close();
          this.ended(true);
        },
        cancel: () => {
          leaving.abort();
          this.ended(false);
        },
      },
      { highWaterMark: 0 }, // nothing is read for a HEAD request
    );
  }

  /** @param response undefined where the request came through no socket: then what was read is what went out */
  tell(response: ServerResponse | undefined, onSent: FileAnswer["onSent"]): void {
    if (onSent === undefined) return;
    let isTold = false;
    const tell = (isWhole: boolean) => {
      if (isTold) return;
      isTold = true;
      const waiting = isWhole ? 0 : (response?.writableLength ?? 0);
      onSent({ start: this.start, bytes: Math.max(0, this.offset - this.start - waiting), isWhole });
    };
    if (response === undefined) this.ended = tell;
    else {
      response.once("finish", () => tell(true));
      response.once("close", () => tell(response.writableFinished));
    }
  }
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
export function attachment(name: string): string {
  const letters = [...name.replace(/[\p{Cc}\p{Cs}/\\:*?"<>|]/gu, "_")].slice(0, 200);
  const safe = letters.join("") || "video.cmx";
  const plain = safe.replace(/[^\x20-\x7e]/g, "_");
  const encoded = encodeURIComponent(safe).replace(
    /['()]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

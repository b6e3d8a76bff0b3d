/** The options `--from SECONDS` and `--to SECONDS`. */
import { type FileHandle, open, rm } from "node:fs/promises";
import { openFile } from "../codec/hosts/node/index.ts";
import type { ByteSource, Trim } from "../codec/index.ts";
import type { Values } from "./options.ts";
import { note } from "./output.ts";
import { UsageError } from "./usage-error.ts";

/** Undefined where neither option is given. @throws {@link UsageError} no numbers, or no time between them */
export function trimOf(values: Values): Trim | undefined {
  const [from, to] = [seconds(values, "from"), seconds(values, "to")];
  if (from === undefined && to === undefined) return undefined;
  if (to !== undefined && to <= (from ?? 0)) throw new UsageError(`--to ${to}: a time behind --from expected`);
  return {
    fromMicroseconds: Math.round((from ?? 0) * 1e6),
    toMicroseconds: to === undefined ? Number.POSITIVE_INFINITY : Math.round(to * 1e6),
  };
}

function seconds(values: Values, name: string): number | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  if (!/^\d+(\.\d+)?$/.test(String(value)))
    throw new UsageError(`--${name} ${value}: a number of seconds such as 12.5 expected`);
  return Number(value);
}

/** What `--from` and `--to` came to, in seconds; `to` is absent at the video's end. */
export const secondsOf = ({ fromMicroseconds, toMicroseconds }: Trim): { from: number; to?: number } => ({
  from: fromMicroseconds / 1e6,
  ...(Number.isFinite(toMicroseconds) && { to: toMicroseconds / 1e6 }),
});

/** A part of a file that is kept as it is, from a key picture to another, which a note names; `close` it. */
export async function openTrimmed(
  file: ByteSource,
  trim: Trim,
  temporaryPath: string,
  signal: AbortSignal,
): Promise<{ source: ByteSource; taken: Trim; close(): Promise<void> }> {
  // What reads and writes containers for it takes a while to load.
  const { trimFile } = await import("../codec/hosts/trim-file.ts");
  const { taken, leftOut, source, write } = await trimFile(file, trim);
  const { from, to } = secondsOf(taken);
  note(`from ${from} s to ${to === undefined ? "the end" : `${to} s`}: a file that is kept is trimmed at key pictures`);
  if (leftOut.length > 0) note(`the trimmed file is without ${leftOut.join(", ")}`);
  if (source !== undefined) return { source, taken, close: async () => {} };
  const remove = () => rm(temporaryPath, { force: true });
  try {
    const handle: FileHandle = await open(temporaryPath, "w");
    try {
      const target = {
        write: async (bytes: Uint8Array, offset: number) => {
          for (let done = 0; done < bytes.length; )
            done += (await handle.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
        },
      };
      await write?.(target, signal);
    } finally {
      await handle.close();
    }
    const written = await openFile(temporaryPath);
    const close = async () => {
      await written.close();
      await remove();
    };
    return { source: written, taken, close };
  } catch (error) {
    await remove();
    throw error;
  }
}

import { FileSink, openFile } from "../codec/hosts/node/index.ts";
import { isMarkService, type JudgedMark, presetOf, restrictedParts, writePartsFile } from "../codec/index.ts";
import { type Command, parse } from "./options.ts";
import { createProgress, printResult } from "./output.ts";
import { searchMarks } from "./search-marks.ts";
import { UsageError } from "./usage-error.ts";

export const marks: Command = {
  usage: "cmix marks FILE [--service URL] [--out PARTS.json] [--json]",

  async run(args, signal) {
    const { positionals, values } = parse(args, 1, {
      service: "string",
      out: "string",
      json: "boolean",
    });
    const path = positionals[0] ?? "";
    const { service, out } = values;
    if (typeof service === "string" && !isMarkService(service))
      throw new UsageError(`--service ${service}: https:// and a host in small letters expected`);
    const file = await openFile(path);
    const progress = createProgress("looked at");
    try {
      const started = performance.now();
      const found = await searchMarks(path, file, signal, {
        ...(typeof service === "string" ? { service } : {}),
        onPicture: (pictures) => progress.show(pictures),
      });
      const { judged } = found;
      const parts = restrictedParts(judged, found.endMicroseconds);
      if (typeof out === "string") await writeWhole(out, writePartsFile(parts));
      const seconds = (performance.now() - started) / 1000;
      const seen = judged.filter(({ state }) => state !== "other").map(described);
      progress.end();
      const counts = {
        marks: seen.length,
        parts: parts.length,
        otherCodes: judged.length - seen.length,
        pictures: found.pictures,
        seconds: Number(seconds.toFixed(3)),
        fps: Number((found.pictures / seconds).toFixed(1)),
      };
      printResult(values.json === true, {
        ...counts,
        ...(values.json === true ? { marks: seen } : Object.fromEntries(seen.map(lineOf))),
        ...(typeof out === "string" ? { path: out } : {}),
      });
    } finally {
      progress.end();
      await file.close();
    }
  },
};

async function writeWhole(path: string, text: string): Promise<void> {
  const sink = await FileSink.open(path);
  try {
    await sink.write(new TextEncoder().encode(text));
    await sink.close();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

/** A mark as the result names it. */
function described(mark: JudgedMark) {
  const { startMicroseconds, endMicroseconds, firstPicture, lastPicture, area, text, state, signature, rule, reason } =
    mark;
  return {
    startSeconds: startMicroseconds / 1e6,
    endSeconds: endMicroseconds / 1e6,
    firstPicture,
    lastPicture,
    seenAt: area,
    text,
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(mark.mark === undefined ? {} : { service: mark.mark.service, signature }),
    ...(mark.mark?.recordId === undefined ? {} : { recordId: mark.mark.recordId }),
    ...(rule === undefined
      ? {}
      : {
          restricted: rule.restricted,
          area: rule.area === undefined ? "none" : (presetOf(rule.area) ?? rule.area),
          treatment: rule.treatment,
          sound: rule.sound,
          viewers: rule.viewers,
          holdSeconds: rule.holdSeconds,
        }),
  };
}

/** Times and pictures, what it asks for, whether it counts, its text. */
function lineOf(mark: ReturnType<typeof described>, i: number): [string, string] {
  const asks =
    mark.restricted === undefined
      ? []
      : [
          mark.restricted ? "restricted" : "allowed",
          typeof mark.area === "string" ? mark.area : JSON.stringify(mark.area),
          mark.treatment,
          `sound ${mark.sound}`,
          mark.viewers,
          `hold ${mark.holdSeconds} s`,
        ];
  const when = `${mark.startSeconds.toFixed(3)}-${mark.endSeconds.toFixed(3)} s (pictures ${mark.firstPicture}-${mark.lastPicture})`;
  const state = mark.reason === undefined ? mark.state : `${mark.state}: ${mark.reason}`;
  return [`mark ${i + 1}`, [when, ...asks, state, mark.text].join(", ")];
}

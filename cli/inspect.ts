import { type OpenFile, openFile } from "../codec/hosts/node/index.ts";
import {
  FormatError,
  MAIN_MAGIC,
  MainReader,
  SLAVE_MAGIC,
  SlaveReader,
  type SlaveSegmentHead,
  toHex,
} from "../codec/index.ts";
import { layerFacts } from "./layer-facts.ts";
import { type Command, parse } from "./options.ts";
import { note, printResult } from "./output.ts";

export const inspect: Command = {
  usage: "cmix inspect FILE [--scan] [--json]",

  async run(args) {
    const { positionals, values } = parse(args, 1, { json: "boolean", scan: "boolean" });
    const path = positionals[0] ?? "";
    const file = await openFile(path);
    try {
      const magic = await file.read(0, Math.min(8, file.size));
      const is = (expected: Uint8Array): boolean =>
        magic.length === 8 && expected.every((byte, i) => magic[i] === byte);
      if (is(MAIN_MAGIC)) printResult(values.json === true, await describeMain(file, values.scan === true));
      else if (is(SLAVE_MAGIC)) printResult(values.json === true, await describeSlave(file));
      else
        throw new FormatError(`${path}: neither a main (.cmx) nor a slave (.cms) file; choose another file`, {
          offsetBytes: 0,
        });
    } finally {
      await file.close();
    }
  },
};

async function describeMain(file: OpenFile, scan: boolean): Promise<Record<string, unknown>> {
  const main = await MainReader.open(file, { scan });
  if (main.trailer === undefined) note("the trailer is missing: the file is cut, and was read as far as it goes");
  const { id, umid, slaveId, poster, captions = [], chapters = [], tracks, ...rest } = main.header;
  return {
    kind: "main",
    bytes: file.size,
    id: toHex(id),
    umid: toHex(umid),
    slaveId: toHex(slaveId),
    ...rest,
    layers: layerFacts(rest.layers, main.index),
    tracks: tracks.map((track) =>
      "description" in track && track.description !== undefined
        ? { ...track, description: toHex(track.description) }
        : track,
    ),
    poster: poster === undefined ? null : { type: poster.type, bytes: poster.data.length },
    captions: captions.map(({ sha256: _hash, ...about }) => about),
    chapters,
    seconds: main.trailer === undefined ? null : main.trailer.durationMicroseconds / 1e6,
    pictures: main.trailer?.pictures ?? null,
    segments: main.index.length,
  };
}

/** The secret is not shown. */
async function describeSlave(file: OpenFile): Promise<Record<string, unknown>> {
  const slave = await SlaveReader.open(file);
  const heads: SlaveSegmentHead[] = [];
  for (let number = 0; number < slave.segments; number++) heads.push((await slave.readSegment(number)).head);
  const { id, mainId, secret, storyboard, ...rest } = slave.header;
  return {
    kind: "slave",
    bytes: file.size,
    id: toHex(id),
    mainId: toHex(mainId),
    ...rest,
    layers: layerFacts(rest.layers, heads),
    sealed: secret !== undefined,
    storyboard: storyboard === undefined ? null : { ...storyboard, data: undefined, bytes: storyboard.data.length },
    seconds: slave.trailer.durationMicroseconds / 1e6,
    segments: slave.segments,
  };
}

import { FileSink, openFile } from "../codec/hosts/node/index.ts";
import { cutSlave, SlaveReader } from "../codec/index.ts";
import { type Command, layersOf, parse, requiredText } from "./options.ts";
import { printResult } from "./output.ts";
import { UsageError } from "./usage-error.ts";

export const slave: Command = {
  usage: "cmix slave SLAVE --layers NAME[,NAME …] --out FILE.cms [--json]",

  async run(args) {
    const { positionals, values } = parse(args, 1, { layers: "string", out: "string", json: "boolean" });
    const out = requiredText(values, "out", "the slave to write");
    const file = await openFile(positionals[0] ?? "");
    try {
      const reader = await SlaveReader.open(file);
      const { layers } = reader.header;
      const names = layersOf(values, reader.header);
      if (names === undefined)
        throw new UsageError(`--layers is missing: those to keep, of ${layers.map(({ name }) => name).join(", ")}`);
      const isKept = (id: number): boolean => layers.some((layer) => layer.id === id && names.includes(layer.name));
      const cut = await cutSlave(reader, isKept, await FileSink.open(out));
      printResult(values.json === true, {
        source: file.size,
        layers: names,
        cut,
        segments: reader.segments,
        path: out,
      });
    } finally {
      await file.close();
    }
  },
};

import { type Command, parse, requiredText } from "./options.ts";

export const backup: Command = {
  usage: "cmix backup --out FILE [--data DIR] [--with-key] [--json]",

  async run(args) {
    const { values } = parse(args, 0, { out: "string", data: "string", "with-key": "boolean", json: "boolean" });
    const out = requiredText(values, "out", "name the file to write");
    // Loaded here only: the other commands start without the server.
    const { backUp } = await import("../server/backup.ts");
    const dataDir = typeof values.data === "string" ? values.data : "data";
    const facts = await backUp(dataDir, out, { withKey: values["with-key"] === true });
    const kept = values["with-key"] === true ? "" : "; the key is not in it: keep cmix.key apart";
    process.stdout.write(
      values.json === true
        ? `${JSON.stringify(facts)}\n`
        : `${out}: ${facts.files} files, ${facts.bytes} bytes${kept}\n`,
    );
  },
};

export const restore: Command = {
  usage: "cmix restore FILE --data DIR [--json]",

  async run(args) {
    const { positionals, values } = parse(args, 1, { data: "string", json: "boolean" });
    const dataDir = requiredText(values, "data", "name the new data folder");
    const { restore: restoreData } = await import("../server/backup.ts");
    const facts = await restoreData(positionals[0] ?? "", dataDir);
    process.stdout.write(
      values.json === true ? `${JSON.stringify(facts)}\n` : `${dataDir}: ${facts.files} files, ${facts.bytes} bytes\n`,
    );
  },
};

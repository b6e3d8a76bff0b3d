import { type Command, parse } from "./options.ts";
import { UsageError } from "./usage-error.ts";

export const ledger: Command = {
  usage: "cmix ledger verify [--data DIR] [--json]",

  async run([task, ...args]) {
    if (task !== "verify") throw new UsageError(`ledger ${task ?? ""}: "verify" expected`);
    const { values } = parse(args, 0, { data: "string", json: "boolean" });
    // Loaded here only: the other commands start without the server.
    const { verifyLedger } = await import("../server/verify-ledger.ts");
    const found = await verifyLedger(typeof values.data === "string" ? values.data : "data");
    process.stdout.write(
      values.json === true
        ? `${JSON.stringify(found)}\n`
        : `The ledger holds: ${found.entries} entries, ${found.deliveries} deliveries and ${found.events} events; last hash ${found.lastHash}\n`,
    );
  },
};

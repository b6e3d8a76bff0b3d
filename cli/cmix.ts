#!/usr/bin/env node
/** The `cmix` command: one file a subcommand, one line an error, exit codes as CLI.md has them. */
import { CmixError, type ErrorCode } from "../codec/index.ts";
import { backup, restore } from "./backup.ts";
import { combine } from "./combine.ts";
import { decode } from "./decode.ts";
import { divide } from "./divide.ts";
import { encode } from "./encode.ts";
import { inspect } from "./inspect.ts";
import { ledger } from "./ledger.ts";
import { marks } from "./marks.ts";
import type { Command } from "./options.ts";
import { serve } from "./serve.ts";
import { slave } from "./slave.ts";
import { UsageError } from "./usage-error.ts";

const COMMANDS: Record<string, Command> = {
  ...{ divide, combine, slave, encode, decode, inspect, marks, serve, ledger, backup, restore },
};

const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;
const EXIT_CODES: Record<ErrorCode, number> = {
  input: 3,
  format: 3,
  unsupported: 3,
  pairing: 4,
  kernel: 1,
  delivery: 1,
};

function usage(): string {
  return `usage:\n${Object.values(COMMANDS)
    .map((command) => `  ${command.usage}`)
    .join("\n")}\n`;
}

async function main(): Promise<number> {
  const [name = "", ...args] = process.argv.slice(2);
  if (name === "--help" || name === "help" || args.includes("--help")) {
    process.stdout.write(COMMANDS[name] === undefined ? usage() : `usage: ${COMMANDS[name].usage}\n`);
    return 0;
  }
  const command = COMMANDS[name];
  if (command === undefined) {
    process.stderr.write(
      name === "" ? usage() : `cmix: no command ${name}; one of ${Object.keys(COMMANDS).join(", ")} expected\n`,
    );
    return EXIT_USAGE;
  }
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort());
  try {
    await command.run(args, interrupted.signal);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`cmix: ${error.message}; see cmix ${name} --help\n`);
      return EXIT_USAGE;
    }
    if (interrupted.signal.aborted) {
      process.stderr.write("cmix: stopped; nothing half written is left\n");
      return EXIT_INTERRUPTED;
    }
    process.stderr.write(`cmix: ${error instanceof Error ? error.message : String(error)}\n`);
    if (process.env.CMIX_DEBUG !== undefined && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return error instanceof CmixError ? EXIT_CODES[error.code] : 1;
  }
}

process.exitCode = await main();

/** What the command prints: results on stdout, everything else on stderr. */

export function note(text: string): void {
  process.stderr.write(`note: ${text}\n`);
}

/** One object with `--json`, otherwise a line a field. */
export function printResult(json: boolean, result: Record<string, unknown>): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  const width = Math.max(...Object.keys(result).map((name) => name.length));
  for (const [name, value] of Object.entries(result)) {
    process.stdout.write(`${name.padEnd(width)}  ${typeof value === "object" ? JSON.stringify(value) : value}\n`);
  }
}

/** A count that runs on a terminal, at most ten times a second; silent elsewhere. */
export function createProgress(verb: string): { show(pictures: number): void; end(): void } {
  const started = performance.now();
  let last = 0;
  let shown = false;
  return {
    show(pictures) {
      const now = performance.now();
      if (!process.stderr.isTTY || now - last < 100) return;
      last = now;
      shown = true;
      process.stderr.write(
        `\r${pictures} pictures ${verb}, ${((1000 * pictures) / (now - started)).toFixed(0)} a second `,
      );
    },
    end() {
      if (shown) process.stderr.write("\r\x1b[K");
      shown = false;
    },
  };
}

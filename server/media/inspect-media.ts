/**
 * The one door to whatever reads files that strangers sent. A few bytes can ask a decoder for gigabytes or minutes, so they are read in a
 * process of their own (inspect.process.ts), which ends when it takes too much of either.
 */
import { type ByteSource, UnsupportedError } from "../../codec/index.ts";
import { Refusal } from "../refusal.ts";
import { InspectionProcess } from "./inspection-process.ts";
import { type Facts, type Limits, MEMORY_MOST_MEBIBYTES, type MediaKind } from "./inspections.ts";

/** Each keeps a core busy. */
const AT_A_TIME = 2;
const WAITING_MOST = 32;
/** 16 million interlaced pixels take 1.5 s. */
const SECONDS_MOST = 10;
/** More for long files: what reading, decrypting and hashing takes on a busy machine. */
const BYTES_A_SECOND = 4 << 20;

const idle: InspectionProcess[] = [];
const waiting: (() => void)[] = [];
let running = 0;

export interface InspectOptions {
  /** Wall clock; by default 10 s, and a second for each 4 MiB. */
  secondsMost?: number;
  memoryMebibytes?: number;
}

/**
 * Reads a file to its end and says what it is.
 *
 * @param name in words, for what is said when it is refused: "the poster"
 * @throws FormatError, UnsupportedError, PairingError it is not such a file, is over its limits, or takes too much time or memory to read
 * @throws Refusal too_many: others are waiting
 */
export async function inspectMedia<K extends MediaKind>(
  kind: K,
  name: string,
  source: ByteSource,
  limits: Limits<K>,
  options: InspectOptions = {},
): Promise<Facts<K>> {
  const { secondsMost = SECONDS_MOST + source.size / BYTES_A_SECOND, memoryMebibytes = MEMORY_MOST_MEBIBYTES } =
    options;
  await takePlace();
  const process = takeProcess();
  try {
    const job = { kind, name, bytes: source.size, limits, memoryMebibytes };
    const outcome = await process.run(job, source, secondsMost);
    if ("facts" in outcome) return outcome.facts as Facts<K>;
    throw new UnsupportedError(
      outcome.tooMuch === "time"
        ? `${name} of ${source.size} bytes is not read within ${Math.round(secondsMost)} s: save it again, simpler or shorter`
        : `${name} of ${source.size} bytes takes more than ${memoryMebibytes} MiB of memory to read: save it again, smaller`,
      { bytes: source.size },
    );
  } finally {
    if (process.isGood) idle.push(process);
    givePlace();
  }
}

/** One that waits, or a new one: those that wait may have ended meanwhile. */
function takeProcess(): InspectionProcess {
  for (let process = idle.pop(); process !== undefined; process = idle.pop()) if (process.isGood) return process;
  return new InspectionProcess();
}

async function takePlace(): Promise<void> {
  if (running < AT_A_TIME) {
    running += 1;
    return;
  }
  if (waiting.length >= WAITING_MOST)
    throw new Refusal("too_many", "many files are being read: try again in a moment", { retryAfterSeconds: 10 });
  await new Promise<void>((resolve) => waiting.push(resolve)); // takes over the place of whoever wakes it
}

function givePlace(): void {
  const next = waiting.shift();
  if (next === undefined) running -= 1;
  else next();
}

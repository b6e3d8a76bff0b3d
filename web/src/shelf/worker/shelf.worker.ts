/** Stores mains in the browser's own file system, and checks what is stored. */
import "../../shared/worker/no-eval.ts";
import * as Comlink from "comlink";
import { installErrorTransfer } from "../../../../codec/hosts/error-transfer.ts";
import { MainReader, posterBlob } from "../../../../codec/index.ts";
import { FormatError, InputError, sourceFromBlob, toHex, UnsupportedError } from "../../../../codec/page.ts";
import { hashPieces } from "../../shared/files/pieces-hash.ts";
import { chunksOf } from "../../shared/net/answer-body.ts";
import { connection } from "../../shared/net/connection.ts";
import { totalOf } from "../../shared/net/http-source.ts";
import { request } from "../../shared/net/request.ts";
import { type OutputFile, openStoredFile, openStoredFolder } from "../../shared/worker/stored-file.ts";
import {
  type KeepStep,
  type KeptFacts,
  keptName,
  SHELF_FOLDER,
  type ShelfWorkerApi,
  type WantedMain,
} from "../protocol/shelf-api.ts";

const COPY_BYTES = 4 << 20;
const STEP_MILLISECONDS = 100;

type Tell = (phase: KeepStep["phase"], bytes: number) => void;

class ShelfWorker implements ShelfWorkerApi {
  async fetch(wanted: WantedMain, onStep: (step: KeepStep) => void): Promise<KeptFacts> {
    const { mainId, url, bytes } = wanted;
    const tell = teller(onStep);
    const file = await openKept(mainId);
    const { size } = await file.left();
    let at = size <= bytes ? size : 0;
    await file.startAt(at);
    await closing(file, () =>
      connection.persist(async (signal, heard) => {
        if (at === bytes) return;
        const headers = { range: `bytes=${at}-` };
        // Stored here, it need not be in the browser's cache as well.
        const response = await request(url, { headers, signal, cache: "no-store" });
        if (response.status !== 206 || totalOf(response) !== bytes)
          throw new InputError(`${url} is not the file of ${bytes} bytes that the library lists: try again later`, {
            reason: "mainChanged",
          });
        for await (const chunk of chunksOf(response, heard)) {
          await file.sink.write(chunk);
          at += chunk.length;
          tell("storing", at);
        }
      }, new AbortController().signal),
    );
    return check(mainId, await file.blob(), wanted.piecesSha256, tell);
  }

  async copy(mainId: string, source: Blob, onStep: (step: KeepStep) => void): Promise<KeptFacts> {
    const tell = teller(onStep);
    const file = await openKept(mainId);
    await file.startAt(0);
    const bytes = sourceFromBlob(source);
    await closing(file, async () => {
      for (let at = 0; at < bytes.size; at += COPY_BYTES) {
        await file.sink.write(await bytes.read(at, Math.min(COPY_BYTES, bytes.size - at)));
        tell("storing", Math.min(at + COPY_BYTES, bytes.size));
      }
    });
    return check(mainId, await file.blob(), await hashPieces(source), tell);
  }

  async tryNow(): Promise<void> {
    connection.tryNow();
  }
}

async function openKept(mainId: string): Promise<OutputFile> {
  const folder = await openStoredFolder(SHELF_FOLDER);
  if (folder === undefined)
    throw new UnsupportedError("this browser lets no page store files: download the .cmx, and open it from there", {
      reason: "noStore",
    });
  return openStoredFile(folder, keptName(mainId));
}

/** What was written stays, however `work` ends. */
async function closing(file: OutputFile, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await file.sink.close().catch(() => {}); // the disk is full
    throw error;
  }
  await file.sink.close();
}

async function check(mainId: string, stored: Blob, expected: string | null, tell: Tell): Promise<KeptFacts> {
  const piecesSha256 = await hashPieces(stored, undefined, (bytes) => tell("checking", bytes));
  if (expected !== null && expected !== piecesSha256)
    throw new FormatError(`what was stored of main ${mainId} has the hash ${piecesSha256}, not ${expected}`);
  const { header } = await MainReader.open(sourceFromBlob(stored));
  if (toHex(header.id) !== mainId)
    throw new FormatError(`what was stored is main ${toHex(header.id)}, not ${mainId}: keep it again`);
  return {
    bytes: stored.size,
    piecesSha256,
    poster: posterBlob(header),
  };
}

/** Passes on what is new, at most one step in a tenth of a second, and always the last. */
function teller(onStep: (step: KeepStep) => void): Tell {
  let step: KeepStep = { phase: "storing", bytes: 0, loss: undefined };
  let isDue = false;
  const change = (part: Partial<KeepStep>) => {
    step = { ...step, ...part };
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      onStep(step);
    }, STEP_MILLISECONDS);
  };
  connection.subscribe(() => change({ loss: connection.snapshot() }));
  return (phase, bytes) => change({ phase, bytes });
}

installErrorTransfer();
Comlink.expose(new ShelfWorker());

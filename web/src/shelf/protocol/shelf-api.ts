/** What the page and shelf.worker.ts say to each other. */
import type { Loss } from "../../shared/net/connection.ts";

/** Folder of the kept mains in the OPFS. */
export const SHELF_FOLDER = "cmix-shelf";

export const keptName = (mainId: string): string => `${mainId}.cmx`;

export interface WantedMain {
  mainId: string;
  url: string;
  bytes: number;
  /** By shared/pieces-hash.ts, as the library lists it; null where it lists none. */
  piecesSha256: string | null;
}

export interface KeepStep {
  /** `waiting`: for other mains. */
  phase: "waiting" | "storing" | "checking";
  /** Of the file, so far. */
  bytes: number;
  /** The service cannot be reached; it goes on when it can. */
  loss: Loss | undefined;
}

/** What a whole file tells. */
export interface KeptFacts {
  bytes: number;
  piecesSha256: string;
  poster: Blob | undefined;
}

/** Whoever ends the worker ends its work; what was stored so far stays. */
export interface ShelfWorkerApi {
  /**
   * Fetches what is not there yet of a main, over a lost connection too, and holds the whole against the library.
   *
   * @throws InputError `details.storageFull`; DeliveryError refused; FormatError what is there is not the file that is listed
   */
  fetch(wanted: WantedMain, onStep: (step: KeepStep) => void): Promise<KeptFacts>;
  /** Copies a main of the viewer's own, and reads the copy. @throws as `fetch` */
  copy(mainId: string, file: Blob, onStep: (step: KeepStep) => void): Promise<KeptFacts>;
  /** Asks at once what waits for its next try. */
  tryNow(): Promise<void>;
}

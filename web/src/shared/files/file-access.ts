/** The File System Access API, where an engine has it (Chromium): pickers, permissions, removal. TypeScript's page library lacks them. */

interface PickerWindow {
  showOpenFilePicker?(options: object): Promise<FileSystemFileHandle[]>;
  showSaveFilePicker?(options: object): Promise<FileSystemFileHandle>;
}

type Mode = "read" | "readwrite";

interface PermittedHandle {
  queryPermission?(options: { mode: Mode }): Promise<PermissionState>;
  requestPermission?(options: { mode: Mode }): Promise<PermissionState>;
}

const pickers = (): PickerWindow => globalThis as unknown as PickerWindow;

export const canPickSource = (): boolean => pickers().showOpenFilePicker !== undefined;
export const canPickTarget = (): boolean => pickers().showSaveFilePicker !== undefined;

/** Undefined when the dialogue was left without a choice. */
async function chosen<T>(picking: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await picking;
  } catch (error) {
    if ((error as Error).name === "AbortError") return undefined;
    throw error;
  }
}

/** None when the dialogue was left without a choice. @param extensions with their dots */
export async function pickSources(extensions: readonly string[], multiple: boolean): Promise<FileSystemFileHandle[]> {
  const types = [{ accept: { "video/*": extensions } }];
  return (await chosen(pickers().showOpenFilePicker?.({ types, multiple }))) ?? [];
}

/** Asks where to write; a file that is there already is emptied by the browser, after asking. */
export function pickTarget(name: string): Promise<FileSystemFileHandle | undefined> {
  const types = [{ description: "Cmix", accept: { "application/octet-stream": [".cmx"] } }];
  return chosen(pickers().showSaveFilePicker?.({ suggestedName: name, types }));
}

/** Whether a kept handle may be used; asks, for which the page needs a click. */
export async function isPermitted(handle: FileSystemFileHandle, mode: Mode): Promise<boolean> {
  const permitted = handle as unknown as PermittedHandle;
  if ((await permitted.queryPermission?.({ mode })) === "granted") return true;
  return (await permitted.requestPermission?.({ mode })) === "granted";
}

const LOCKED_TRIES = 30;
const LOCKED_MILLISECONDS = 100;

/** Tries again while a file is locked: the worker of a page that has just gone holds its files for a moment longer. */
export async function onceUnlocked<T>(use: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await use();
    } catch (error) {
      if (attempt === LOCKED_TRIES || (error as Error).name !== "NoModificationAllowedError") throw error;
      await new Promise((resolve) => setTimeout(resolve, LOCKED_MILLISECONDS));
    }
  }
}

/** Removes it where it can be; an engine without `remove` leaves it empty. */
export async function removeFile(file: FileSystemFileHandle): Promise<void> {
  try {
    const removable = file as unknown as { remove?(): Promise<void> };
    if (removable.remove !== undefined) await removable.remove();
    else await (await file.createWritable()).close();
  } catch {
    // Already gone, or no longer permitted.
  }
}

/** Handles of the files dropped on a page, in their order, where the engine gives them. To be called while the event is handled. */
export function droppedHandles(data: DataTransfer): Promise<(FileSystemFileHandle | undefined)[]> {
  type Item = { kind: string; getAsFileSystemHandle?(): Promise<FileSystemHandle | null> };
  const items = ([...data.items] as unknown as Item[]).filter(({ kind }) => kind === "file");
  return Promise.all(
    items.map((item) =>
      (item.getAsFileSystemHandle?.() ?? Promise.resolve(null))
        .then((found) => (found?.kind === "file" ? (found as FileSystemFileHandle) : undefined))
        .catch(() => undefined),
    ),
  );
}

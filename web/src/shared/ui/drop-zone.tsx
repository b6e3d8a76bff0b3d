import { type DragEvent, type ReactNode, useId, useRef, useState } from "react";
import { canPickSource, droppedHandles, pickSources } from "../files/file-access.ts";

interface DropZoneProps {
  title: string;
  or: string;
  choose: string;
  hint?: string;
  /** For the file dialogue. */
  accept: string;
  /** Beside something more important: one row, no icon. */
  isCompact?: boolean;
  /** Asks for the files' handles too, where the engine has them; `accept` is then a list of extensions. */
  wantsHandle?: boolean;
  /** Several may be dropped or chosen, and come together: {@link DropZoneProps.onFile} gets the first of them else. */
  onFiles?: (files: readonly File[], handles: readonly (FileSystemFileHandle | undefined)[]) => void;
  onFile?: (file: File, handle?: FileSystemFileHandle) => void;
  /** More to press beside the button. */
  children?: ReactNode;
}

/** A place to drop a file on, with a button that opens the file dialogue. */
export function DropZone({
  title,
  or,
  choose,
  hint,
  accept,
  isCompact = false,
  wantsHandle = false,
  onFiles,
  onFile,
  children,
}: DropZoneProps): ReactNode {
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const hintId = useId();
  const give = (files: readonly File[], handles: readonly (FileSystemFileHandle | undefined)[] = []) => {
    const [first] = files;
    if (first === undefined) return;
    onFiles?.(files, handles);
    onFile?.(first, handles[0]);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const files = [...event.dataTransfer.files];
    if (wantsHandle) void droppedHandles(event.dataTransfer).then((handles) => give(files, handles));
    else give(files);
  };
  const openDialogue = async () => {
    if (!wantsHandle || !canPickSource()) return input.current?.click();
    const handles = await pickSources(accept.split(","), onFiles !== undefined);
    give(await Promise.all(handles.map((handle) => handle.getFile())), handles);
  };
  return (
    // Dropping is an extra for pointers; the button does the same for everyone.
    // biome-ignore lint/a11y/noStaticElementInteractions: see above
    <div
      className="drop-zone"
      data-over={over || undefined}
      data-compact={isCompact || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <svg className="drop-icon" viewBox="0 0 48 48" aria-hidden="true">
        <path d="M24 32V10m0 0-9 9m9-9 9 9M9 31v5a3 3 0 0 0 3 3h24a3 3 0 0 0 3-3v-5" />
      </svg>
      <p className="drop-title">{title}</p>
      <p className="quiet">{or}</p>
      <button
        type="button"
        className={isCompact ? "button" : "button button-main"}
        aria-describedby={hint === undefined ? undefined : hintId}
        onClick={() => void openDialogue()}
      >
        {choose}
      </button>
      {children}
      {hint !== undefined && (
        <p className="quiet" id={hintId}>
          {hint}
        </p>
      )}
      <input
        ref={input}
        type="file"
        accept={accept}
        multiple={onFiles !== undefined}
        hidden
        onChange={(event) => {
          give([...(event.target.files ?? [])]);
          event.target.value = ""; // the same file can be chosen again
        }}
      />
    </div>
  );
}

import { type ReactNode, useRef } from "react";

/** A button that opens the file dialogue, for one file or several. */
export function FileButton({
  accept,
  children,
  onFiles,
}: {
  accept: string;
  children: ReactNode;
  onFiles(files: File[]): void;
}): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className="button" onClick={() => input.current?.click()}>
        {children}
      </button>
      <input
        ref={input}
        type="file"
        accept={accept}
        multiple
        hidden
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = ""; // the same file can be chosen again
          if (files.length > 0) onFiles(files);
        }}
      />
    </>
  );
}

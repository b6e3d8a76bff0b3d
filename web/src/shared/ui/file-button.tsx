import { type ReactNode, useRef } from "react";

/** A button that opens the file dialogue. */
export function FileButton({
  accept,
  children,
  onFile,
}: {
  accept: string;
  children: ReactNode;
  onFile(file: File): void;
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
        hidden
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file !== undefined) onFile(file);
        }}
      />
    </>
  );
}

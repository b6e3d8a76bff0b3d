import { type ComponentProps, type ReactNode, useEffect, useLayoutEffect, useRef } from "react";

type FileVideoProps = Omit<ComponentProps<"video">, "src" | "ref"> & {
  file: Blob;
  /** Goes to this time; to the same again with another object. */
  look?: { seconds: number } | undefined;
};

/**
 * A video of this page's own file. Its element lets go of the file before the address ends, with the page too: one that still loads would
 * fail after it.
 */
export function FileVideo({ file, look, ...attributes }: FileVideoProps): ReactNode {
  const element = useRef<HTMLVideoElement>(null);
  useLayoutEffect(() => {
    const video = element.current;
    if (video === null) return;
    const url = URL.createObjectURL(file);
    const take = () => {
      video.src = url;
    };
    const letGo = () => {
      video.removeAttribute("src");
      video.load();
    };
    take();
    addEventListener("pagehide", letGo);
    addEventListener("pageshow", take); // comes back from the browser's cache of pages
    return () => {
      removeEventListener("pagehide", letGo);
      removeEventListener("pageshow", take);
      letGo();
      URL.revokeObjectURL(url);
    };
  }, [file]);
  useEffect(() => {
    if (element.current !== null && look !== undefined) element.current.currentTime = look.seconds;
  }, [look]);
  return <video ref={element} {...attributes} />;
}

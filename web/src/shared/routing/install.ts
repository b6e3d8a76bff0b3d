/** The app on the viewer's device: kept for use off line, installed, started with a file (Cmix patent [0190]-[0194]). */
import { useSyncExternalStore } from "react";
import { openInWatch } from "./handoff.ts";
import { navigate } from "./router.tsx";
import { SHARED_PARAMETER, takeUp } from "./shared-files.ts";

/** WICG File Handling and Launch Handler, in Chromium on the desktop. */
interface LaunchQueue {
  setConsumer(consumer: (launch: { files?: readonly FileSystemFileHandle[] }) => void): void;
}
/** WICG Before Install Prompt, in Chromium. */
interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

/** Keeping the whole app takes as much of the device as a page itself: the first page comes before. */
const KEEP_AFTER_MILLISECONDS = 5000;

let prompt: InstallPrompt | undefined;
const listeners = new Set<() => void>();

function keepPrompt(next: InstallPrompt | undefined): void {
  prompt = next;
  for (const listener of listeners) listener();
}

/** To be called once, before the first page is drawn: the browser's events come early and only once. */
export function startApp(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    keepPrompt(event as InstallPrompt);
  });
  addEventListener("appinstalled", () => keepPrompt(undefined));
  const { launchQueue } = globalThis as { launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ files }) => {
    if (files !== undefined && files.length > 0)
      void Promise.all(files.map((handle) => handle.getFile())).then(openInWatch);
  });
  if (location.pathname === "/watch" && new URLSearchParams(location.search).has(SHARED_PARAMETER))
    void takeUp().then((files) => {
      navigate("/watch", { replace: true });
      if (files.length > 0) openInWatch(files);
    });
  // Without a service worker, in some private windows, everything but use off line works.
  if (import.meta.env.PROD && "serviceWorker" in navigator)
    addEventListener("load", () => setTimeout(keepApp, KEEP_AFTER_MILLISECONDS));
}

const keepApp = (): void => void navigator.serviceWorker.register("/service-worker.js").catch(() => {});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Asks the viewer whether to install the app; undefined where the browser does not offer it or it is installed. */
export function useInstall(): (() => Promise<void>) | undefined {
  const asked = useSyncExternalStore(subscribe, () => prompt);
  if (asked === undefined) return undefined;
  return async () => {
    keepPrompt(undefined); // may be shown once
    await asked.prompt();
  };
}

function subscribeConnection(listener: () => void): () => void {
  addEventListener("online", listener);
  addEventListener("offline", listener);
  return () => {
    removeEventListener("online", listener);
    removeEventListener("offline", listener);
  };
}

/** Whether the device has a network at all; the service may be out of reach nevertheless. */
export const useOnline = (): boolean => useSyncExternalStore(subscribeConnection, () => navigator.onLine);

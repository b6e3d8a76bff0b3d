/** One `<video>` in a small window on top of others (W3C Picture-in-Picture), and Safari's older way there. */

type SafariVideo = HTMLVideoElement & {
  webkitPresentationMode?: string;
  webkitSupportsPresentationMode?(mode: string): boolean;
  webkitSetPresentationMode?(mode: string): void;
};

const MODE = "picture-in-picture";
/** One of them tells that a window came or went. */
export const WINDOW_EVENTS = ["enterpictureinpicture", "leavepictureinpicture", "webkitpresentationmodechanged"];

/** Whether this browser can. Firefox lets no page do it, and has a button of its own. */
export function canShowSmall(video: HTMLVideoElement): boolean {
  if (video.requestPictureInPicture !== undefined) return document.pictureInPictureEnabled === true;
  return (video as SafariVideo).webkitSupportsPresentationMode?.(MODE) === true;
}

export function isSmall(video: HTMLVideoElement): boolean {
  return document.pictureInPictureElement === video || (video as SafariVideo).webkitPresentationMode === MODE;
}

/** Takes the window over where another video has it; else to be called in a click's handler. Rejects where the browser does not let it. */
export async function showSmall(video: HTMLVideoElement): Promise<void> {
  if (video.requestPictureInPicture === undefined) (video as SafariVideo).webkitSetPresentationMode?.(MODE);
  else await video.requestPictureInPicture();
}

export async function leaveSmall(video: HTMLVideoElement): Promise<void> {
  if (document.pictureInPictureElement === video) await document.exitPictureInPicture();
  else if (isSmall(video)) (video as SafariVideo).webkitSetPresentationMode?.("inline");
}

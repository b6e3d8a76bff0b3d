/** Addresses of the pages that are linked to from several places. */

/** Where videos of the library are watched, in their order. */
export const watchPath = (...mainIds: readonly string[]): string =>
  `/watch?${mainIds.map((mainId) => `main=${encodeURIComponent(mainId)}`).join("&")}`;

/** A video's page on this service, to be passed on. @param seconds media time to begin at; 0 for the start */
export const watchAddress = (mainId: string, seconds = 0): string =>
  `${location.origin}${watchPath(mainId)}${seconds > 0 ? `&t=${Math.floor(seconds)}` : ""}`;

/** What other sites put into their pages to show a video; the service has to list them (server/API.md, "The player in other sites"). */

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The element `<cmix-player>` with the script that brings it: the page hears of what plays, and may give it controls of its own. */
export const embedCode = (mainId: string, title: string): string =>
  `<script src="${location.origin}/embed.js"></script>\n<cmix-player main="${mainId}" title="${escaped(title)}"></cmix-player>`;

/** The player's frame alone, for pages that take no script. */
export const frameCode = (mainId: string, title: string): string =>
  `<iframe src="${location.origin}/embed?main=${mainId}" title="${escaped(title)}" width="640" height="360" style="border:0" allow="autoplay; fullscreen; picture-in-picture"></iframe>`;

/**
 * A page that goes beside a .cmx (Cmix patent [0190]-[0193], claim 9): whoever finds the two is led to a player and to the service. It has no
 * script and loads nothing.
 */

/** What {@link companionPage} tells. */
export interface Companion {
  title: string;
  copyright: string;
  /** Of the .cmx beside it. */
  mainName: string;
  /** The service that holds the slave, and where a player is: https or http; one may be missing. */
  service?: string | undefined;
  player?: string | undefined;
}

/** The name of the page beside `film.cmx`: `film.html`. */
export const companionName = (mainName: string): string => `${mainName.replace(/\.cmx$/i, "")}.html`;

const STYLE =
  "body{font:16px/1.6 system-ui,sans-serif;max-width:40em;margin:3em auto;padding:0 1em;color:#16242a;background:#fff}" +
  "h1{font-size:1.4em;overflow-wrap:anywhere}a{color:#14545c}section{border-top:1px solid #cdd9da}" +
  "@media(prefers-color-scheme:dark){body{color:#e6eef0;background:#101a1d}a{color:#7fd0da}}";

const TEXTS = {
  en: {
    file: (name: string) => `The video is in the file ${name} beside this page.`,
    play: "Play it now",
    open: (name: string) => `Or open the player and give it ${name}.`,
    player: "Player",
    service: "Service",
    about: "The service shows a commercial first. Then the video plays from your file. You may pass the file on.",
  },
  ja: {
    file: (name: string) => `動画は、このページと同じ場所にある ${name} に入っています。`,
    play: "今すぐ再生",
    open: (name: string) => `プレーヤーを開いて ${name} を選んでも再生できます。`,
    player: "プレーヤー",
    service: "サービス",
    about: "はじめにサービスからCMが流れ、続いてお手元のファイルの動画を再生します。ファイルは自由に配布できます。",
  },
} as const;

/**
 * The page's HTML.
 *
 * @throws TypeError an address is neither https nor http, or there is none to lead to
 */
export function companionPage({ title, copyright, mainName, service, player }: Companion): string {
  for (const address of [service, player])
    if (address !== undefined && !isWebAddress(address))
      throw new TypeError(`${address} is no address of a page: it begins with https:// or http://`);
  const first = player ?? service;
  if (first === undefined) throw new TypeError("neither a service nor a player to lead to");
  const link = (address: string, words: string) => `<a href="${escapeHtml(address)}" rel="noreferrer">${words}</a>`;
  const line = (name: string, address: string | undefined) =>
    address === undefined ? "" : `<li>${name}: ${link(address, escapeHtml(address))}</li>`;
  const sections = Object.entries(TEXTS).map(
    ([language, texts]) => `<section lang="${language}">
<p>${escapeHtml(texts.file(mainName))}</p>
<p>${link(first, texts.play)}</p>
<p>${escapeHtml(texts.open(mainName))} ${texts.about}</p>
<ul>${line(texts.player, player)}${line(texts.service, service)}</ul>
</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${copyright === "" ? "" : `<p>${escapeHtml(copyright)}</p>\n`}${sections.join("\n")}
</body>
</html>
`;
}

/** Text inside of HTML, between tags and in quoted attributes. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Whether a companion page can lead there. */
export const isWebAddress = (address: string): boolean =>
  URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);

// Draws web/public/icon.svg as the PNG icons of the installed app. Run it after a change of the drawing: node scripts/make-icons.mjs
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright";

const PUBLIC = join(import.meta.dirname, "../web/public");
/** Systems cut maskable icons to their own shapes; the middle 80 % always stay (W3C Web App Manifest, "maskable"). */
const ICONS = [
  { name: "icon-192.png", size: 192, share: 1 },
  { name: "icon-512.png", size: 512, share: 1 },
  { name: "icon-maskable-512.png", size: 512, share: 0.8, background: "#14545c" },
];

const svg = await readFile(join(PUBLIC, "icon.svg"), "utf8");
const address = `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
try {
  for (const { name, size, share, background = "transparent" } of ICONS) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const drawn = Math.round(size * share);
    await page.setContent(
      `<body style="margin:0;display:grid;place-items:center;height:100vh;background:${background}"><img src="${address}" width="${drawn}" height="${drawn}">`,
    );
    await page.screenshot({ path: join(PUBLIC, name), omitBackground: true });
    await page.close();
  }
} finally {
  await browser.close();
}

import { execFileSync } from "node:child_process";
import { basename, join } from "node:path";
import { it } from "vitest";
import { openPage, startApp } from "./support/app.ts";
import { pictureTimes, psnr, shownPicture } from "./support/pictures.ts";
const M = "../shared/media/";
const FILES = (process.env.FILES ?? "mp4/A4.mp4 mp4/av1_1080x720.mp4 mp4/bbb_800x640_768kbps_30fps_avc_pyramid_3b.mp4 mp4/bikes.mp4 mp4/camera_1080p_fullrange.mp4 mp4/edit_list.mp4 mp4/gizmo_fragmented.mp4 mp4/hevc_1080p.mp4 mp4/iphone4s_sideways_rot90.mov mp4/mov_vfr.mov mp4/phone_fire_720p_rot180_vfr.mp4 mp4/pixel_aspect_2x1.mp4 mp4/sample_2_byte_NAL_length.mp4 mp4/scene_cuts_444.mp4 mp4/ucl_h264_aac.mp4").split(" ");
it("scratch", async () => {
  const app = await startApp();
  for (const f of FILES) {
    const src = f.startsWith("/") ? f : M + f;
    const { page, problems, close } = await openPage(app, "/studio");
    const line: string[] = [basename(f)];
    try {
      await page.setInputFiles('input[type="file"]', src);
      await Promise.race([page.getByRole("button", { name: "Divide" }).waitFor(), page.getByRole("alert").waitFor()]);
      if (await page.getByRole("alert").count()) { line.push("REFUSED: " + await page.getByRole("alert").innerText()); continue; }
      line.push((await page.locator(".studio-source .facts").innerText()).replace(/\s+/g, " "));
      line.push((await page.locator(".studio-source .notice").allInnerTexts()).join("|"));
      await page.getByRole("button", { name: "Divide" }).click();
      await Promise.race([page.getByRole("heading", { name: "Divided" }).waitFor({ timeout: 60000 }), page.getByRole("alert").waitFor({ timeout: 60000 })]);
      if (await page.getByRole("alert").count()) { line.push("FAILED: " + await page.getByRole("alert").innerText()); continue; }
      line.push((await page.locator(".result").innerText()).replace(/\s+/g, " ").slice(0, 200));
      await page.getByRole("button", { name: "Watch it now" }).click({ timeout: 60_000 });
      await page.waitForSelector(`.stage[data-state="ready"]`);
      await page.getByRole("button", { name: "Play", exact: true }).first().click();
      await page.waitForSelector(`.stage[data-state="playing"], .stage[data-state="error"]`, { timeout: 20000 });
      if (await page.getByRole("alert").count()) { line.push("WATCH: " + await page.getByRole("alert").innerText()); continue; }
      await page.screenshot({ path: `test-results/media-${basename(f)}.png` });
      await page.getByRole("button", { name: "Pause" }).click();
      const times = await pictureTimes(src);
      const bar = page.getByLabel("Position", { exact: true });
      for (const key of ["Home", "ArrowRight", "End"]) {
        await bar.press(key);
        await page.waitForTimeout(900);
        const shown = await shownPicture(page);
        let best = -1, bn = -1;
        const t0 = times[0]!;
        let n = times.findIndex((t) => Math.abs(t - shown.timeSeconds) < 0.004);
        for (const c of [n, n - 1, n + 1, n + 2, n - 2]) {
          if (c < 0 || c >= times.length) continue;
          const pix = execFileSync("ffmpeg", ["-v", "error", "-noautorotate", "-i", src, "-map", "0:v:0", "-fps_mode", "passthrough", "-vf", `select=eq(n\\,${c})`, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgba", "-"], { maxBuffer: 1 << 28 });
          const p = pix.length === shown.data.length ? psnr(shown.data, pix) : -2;
          if (p > best) { best = p; bn = c; }
        }
        line.push(`${key}: pic ${shown.timeSeconds.toFixed(3)} n=${n} best=${bn} ${best.toFixed(1)}dB (t0 ${t0})`);
      }
    } catch (e) { line.push("EXC " + String(e).slice(0, 300)); }
    finally { console.log(line.join("\n   "), problems); await close(); }
  }
  await app.close();
}, 600000);

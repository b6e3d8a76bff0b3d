import { join } from "node:path";
import { it } from "vitest";
import { openPage, startApp, flashesAndBeeps } from "./support/app.ts";
import { makeFlashAndBeep } from "./support/pictures.ts";
it("scratch", async () => {
  const app = await startApp();
  const clip = join(app.dataDir, "fb.mp4");
  await makeFlashAndBeep(clip, 8);
  const { page, problems } = await openPage(app, "/studio");
  await page.setInputFiles('input[type="file"]', clip);
  await page.getByRole("button", { name: "Divide" }).click();
  await page.getByRole("button", { name: "Watch it now" }).click({ timeout: 60_000 });
  await page.waitForSelector(`.stage[data-state="ready"]`);
  console.log(await page.evaluate(async () => {
    const w = new Worker(URL.createObjectURL(new Blob(["onmessage=()=>postMessage(performance.timeOrigin+performance.now())"])));
    const res = [];
    for (let i = 0; i < 10; i++) {
      const t0 = performance.timeOrigin + performance.now();
      const tw = await new Promise<number>((r) => { w.onmessage = (e) => r(e.data); w.postMessage(0); });
      const t1 = performance.timeOrigin + performance.now();
      res.push(`${(tw - t0).toFixed(2)} ${(t1 - tw).toFixed(2)}`);
    }
    return res.join("\n");
  }));
  await page.getByRole("button", { name: "Play", exact: true }).first().click();
  await page.waitForSelector(`.stage[data-state="playing"]`);
  const r = await page.evaluate(async () => {
    const out: string[] = [];
    const c = (globalThis as any).tapContext() as AudioContext;
    const canvas = document.querySelector<HTMLCanvasElement>(".video-canvas")!;
    const tap = (globalThis as any).theTap() as AnalyserNode;
    let last = canvas.dataset.pictureSeconds;
    const buf = new Float32Array(tap.fftSize);
    const end = performance.now() + 3500;
    let lastOn = 0;
    while (performance.now() < end) {
      const p = canvas.dataset.pictureSeconds;
      if (p !== last) { last = p; const s = Number(p); if (Math.abs(s - Math.round(s)) < 0.001) out.push(`picture ${p} at ctx ${c.currentTime.toFixed(4)} perf ${performance.now().toFixed(1)}`); }
      tap.getFloatTimeDomainData(buf);
      const ct = c.currentTime;
      const first = buf.findIndex((v) => Math.abs(v) > 0.05);
      if (first > 0 && ct - lastOn > 0.5 && first < 4000) { out.push(`beep starts at ctx ${(ct - (buf.length - first) / c.sampleRate).toFixed(4)} read at ${ct.toFixed(4)} perf ${performance.now().toFixed(1)}`); lastOn = ct; }
      await new Promise((r) => setTimeout(r, 3));
    }
    return out;
  });
  console.log(r.join("\n"));
  console.log(JSON.stringify(await flashesAndBeeps(page, 2000)), problems);
  await app.close();
});

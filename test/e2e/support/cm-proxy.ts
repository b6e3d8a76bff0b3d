/** An HTTP proxy before the service that lets CMs through slowly, or changed. */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const STEP_SECONDS = 0.05;

export class CmProxy {
  /** Of CMs. */
  bytesPerSecond: number = Number.POSITIVE_INFINITY;
  /** Turns one bit around that far into a CM's answers. */
  damageAt: number | undefined;
  /** Of the last CM, once its last byte went out; by `Date.now`. */
  lastByteAt: number | undefined;
  /** Addresses that were asked for, without those of CMs. */
  asked: string[] = [];
  private readonly targetPort: number;
  private readonly server: Server;

  private constructor(targetPort: number) {
    this.targetPort = targetPort;
    this.server = createServer((asked, answer) => this.pass(asked, answer));
  }

  static async before(targetUrl: string): Promise<CmProxy> {
    const proxy = new CmProxy(Number(new URL(targetUrl).port));
    await new Promise<void>((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private pass(asked: IncomingMessage, answer: ServerResponse): void {
    const { url = "/", method = "GET", headers } = asked;
    const isCm = /^\/api\/plays\/[0-9a-f]+\/cm/.test(url);
    if (!isCm) this.asked.push(url);
    const service = request({ port: this.targetPort, host: "127.0.0.1", path: url, method, headers }, (found) => {
      answer.writeHead(found.statusCode ?? 502, found.headers);
      if (!isCm) found.pipe(answer);
      else this.passCm(found, answer).catch(() => answer.destroy());
    });
    service.on("error", () => answer.destroy());
    answer.on("close", () => service.destroy());
    asked.pipe(service);
  }

  private async passCm(found: IncomingMessage, answer: ServerResponse): Promise<void> {
    let offset = Number(/^bytes (\d+)-/.exec(found.headers["content-range"] ?? "")?.[1] ?? 0);
    const size = Number(/\/(\d+)$/.exec(found.headers["content-range"] ?? "")?.[1]);
    for await (const chunk of found as AsyncIterable<Buffer>) {
      const step = Math.min(chunk.length, Math.max(1, Math.round(this.bytesPerSecond * STEP_SECONDS)));
      for (let start = 0; start < chunk.length; start += step) {
        const part = Buffer.from(chunk.subarray(start, start + step));
        const at = (this.damageAt ?? Number.NaN) - offset;
        if (at >= 0 && at < part.length) part[at] = (part[at] ?? 0) ^ 1;
        offset += part.length;
        answer.write(part);
        if (Number.isFinite(this.bytesPerSecond)) await sleep((1000 * part.length) / this.bytesPerSecond);
      }
    }
    answer.end();
    if (offset === size) this.lastByteAt = Date.now();
  }
}

/** An HTTP proxy before the service, which notes how mains are asked for and can let them through in part. */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export class MainProxy {
  /** Of requests for mains: their `Range`, or "" for none. */
  asked: string[] = [];
  /** Of a main's answers: after so many bytes nothing comes. */
  holdAfter: number = Number.POSITIVE_INFINITY;
  private isCut = false;
  private readonly targetPort: number;
  private readonly server: Server;
  private readonly held = new Set<ServerResponse>();

  private constructor(targetPort: number) {
    this.targetPort = targetPort;
    this.server = createServer((asked, answer) => this.pass(asked, answer));
  }

  static async before(targetUrl: string): Promise<MainProxy> {
    const proxy = new MainProxy(Number(new URL(targetUrl).port));
    await new Promise<void>((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Breaks what is held back and lets no main through. */
  cut(): void {
    this.isCut = true;
    for (const answer of this.held) answer.destroy();
    this.held.clear();
  }

  /** Lets whole mains through again. */
  restore(): void {
    this.isCut = false;
    this.holdAfter = Number.POSITIVE_INFINITY;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private pass(asked: IncomingMessage, answer: ServerResponse): void {
    const { url = "/", method = "GET", headers } = asked;
    const isMain = /^\/api\/mains\/[0-9a-f]{32}$/.test(url);
    if (isMain) this.asked.push(headers.range ?? "");
    if (isMain && this.isCut) {
      answer.destroy();
      return;
    }
    const service = request({ port: this.targetPort, host: "127.0.0.1", path: url, method, headers }, (found) => {
      answer.writeHead(found.statusCode ?? 502, found.headers);
      if (!isMain) {
        found.pipe(answer);
        return;
      }
      let left = this.holdAfter;
      found.on("data", (bytes: Buffer) => {
        answer.write(bytes.subarray(0, Math.max(0, left)));
        left -= bytes.length;
        if (left < 0) this.held.add(answer);
      });
      found.on("end", () => {
        if (left >= 0) answer.end();
      });
    });
    service.on("error", () => answer.destroy());
    asked.pipe(service);
  }
}

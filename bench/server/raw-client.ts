/** One viewer's connection: HTTP/1.1 by hand, since a full client would cost more than the server that it measures. */
import { connect, type Socket } from "node:net";

export interface RawAnswer {
  status: number;
  headers: string;
  body: Buffer;
  milliseconds: number;
}

export class RawClient {
  private readonly socket: Socket;
  private readonly host: string;
  private chunks: Buffer[] = [];
  private size = 0;
  /** Bytes of the whole answer, once its head is there. */
  private wanted = 0;
  private headBytes = 0;
  private waiting: { start: number; resolve: (answer: RawAnswer) => void; reject: (error: Error) => void } | undefined;

  constructor(port: number) {
    this.host = `127.0.0.1:${port}`;
    this.socket = connect(port, "127.0.0.1");
    this.socket.setNoDelay(true);
    this.socket.on("data", (chunk: Buffer) => this.take(chunk));
    const fail = () => this.waiting?.reject(new Error("the server closed the connection"));
    this.socket.on("error", fail).on("close", fail);
  }

  /** One request at a time. @param headers whole lines */
  request(method: string, path: string, headers = "", body = ""): Promise<RawAnswer> {
    const length = method === "GET" ? "" : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
    const type = body === "" ? "" : "Content-Type: application/json\r\n";
    return new Promise((resolve, reject) => {
      if (this.socket.destroyed) throw new Error("the server closed the connection");
      this.waiting = { start: performance.now(), resolve, reject };
      this.socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${this.host}\r\n${length}${type}${headers}\r\n${body}`);
    });
  }

  close(): void {
    this.waiting = undefined;
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
    if (this.wanted === 0) {
      const all = Buffer.concat(this.chunks);
      this.chunks = [all];
      const end = all.indexOf("\r\n\r\n");
      if (end < 0) return;
      this.headBytes = end + 4;
      const length = /content-length: (\d+)/i.exec(all.toString("latin1", 0, end));
      this.wanted = this.headBytes + Number(length?.[1] ?? 0);
    }
    if (this.size < this.wanted) return;
    const all = Buffer.concat(this.chunks);
    const headers = all.toString("latin1", 0, this.headBytes);
    const answer = { status: Number(headers.slice(9, 12)), headers, body: all.subarray(this.headBytes, this.wanted) };
    [this.chunks, this.size, this.wanted] = [[], 0, 0];
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.resolve({ ...answer, milliseconds: performance.now() - waiting.start });
  }
}

/** @returns empty where there is no such header */
export function headerOf({ headers }: RawAnswer, name: string): string {
  return new RegExp(`^${name}: (.*)\\r$`, "im").exec(headers)?.[1] ?? "";
}

/** Resumable uploads of slaves, mains and sources by the tus protocol (tus.io, 1.0.0); a finished one is checked and taken into the library. */
import { createHash } from "node:crypto";
import type { Upload } from "@tus/server";
import { Server } from "@tus/server";
import { z } from "zod";
import { FormatError } from "../../codec/index.ts";
import type { Identity } from "../accounts/identity.ts";
import type { ByteStream } from "../byte-stream.ts";
import { Refusal, type RefusalCode, tooLarge } from "../refusal.ts";
import type { LibraryDeps } from "./deps.ts";
import { logDivision } from "./division-log.ts";
import { holdToOwner } from "./find-video.ts";
import { importMain, slaveOf } from "./import-main.ts";
import { importSlave } from "./import-slave.ts";
import { PiecesHash } from "./pieces-hash.ts";
import { GIVEN_STATES } from "./states.ts";
import type { UploadFiles } from "./upload-files.ts";

export const UPLOADS_PATH = "/api/uploads";
const UPLOAD_ID = /^[0-9a-f]{32}$/;

const hash = (name: string) =>
  z
    .string()
    .regex(/^[0-9a-f]{64}$/, `${name}: 64 lowercase hexadecimal digits`)
    .optional();

/** What the client says of the file when it creates the upload (Upload-Metadata): one of the two hashes at least. */
const announced = z
  .object({
    kind: z.enum(["slave", "main", "source"], "kind: slave, main or source"),
    id: z.string("id is missing").regex(UPLOAD_ID, "id: 32 lowercase hexadecimal digits"),
    /** Of the file. */
    sha256: hash("sha256"),
    /** By {@link PiecesHash}. */
    piecesSha256: hash("piecesSha256"),
    /** Of the video, once the file is taken in. */
    state: z.enum(GIVEN_STATES, "state: draft, unlisted or public").optional(),
  })
  .refine(({ kind, state }) => kind === "main" || state !== "public", "state: a video is public with its main only")
  .refine(({ kind, state }) => kind !== "source" || state === undefined, "state: a source's job says it")
  .refine((about) => about.sha256 ?? about.piecesSha256, "sha256 or piecesSha256 is missing");

const keptSchema = announced.safeExtend({ accountId: z.string(), createdAt: z.string().transform(Number) });

const CODES: Record<number, RefusalCode> = {
  400: "bad_request",
  403: "forbidden",
  404: "not_found",
  409: "conflict",
  410: "not_found",
  412: "bad_request",
  413: "too_large",
  415: "media_type",
  501: "bad_request", // an extension of the protocol that is not offered
};

export interface UnfinishedUpload {
  uploadId: string;
  kind: "slave" | "main" | "source";
  /** Of the file; a source's job. */
  id: string;
  bytes: number;
  /** How many of them are here. */
  offsetBytes: number;
  createdAt: number;
  /** When it is removed unless it is finished. */
  removedAt: number;
}

export class Uploads {
  private readonly deps: LibraryDeps;
  private readonly store: UploadFiles;
  private readonly tus: Server;
  private readonly identities = new WeakMap<Request, Identity>();
  private readonly failures = new WeakMap<Request, unknown>();
  /** Let in, but not on the disk yet: they count for the quota too. */
  private readonly beginning = new Map<Request, { id: string; accountId: string; size: number }>();

  constructor(deps: LibraryDeps) {
    this.deps = deps;
    this.store = deps.uploadFiles;
    this.tus = new Server({
      path: UPLOADS_PATH,
      datastore: this.store,
      relativeLocation: true,
      onUploadCreate: (request, upload) => this.create(request, upload),
      onUploadFinish: (_request, upload) => this.finish(upload),
      onResponseError: (request, error) => {
        this.failures.set(request, error);
        return undefined;
      },
    });
  }

  /**
   * Answers a request of the protocol.
   *
   * @param uploadId of an upload that must be this account's; undefined for a new one
   * @throws Refusal, CmixError as the routes do: refused, or the finished file was
   */
  async handle(request: Request, identity: Identity | undefined, uploadId?: string): Promise<Response> {
    if (uploadId !== undefined) await this.holdToUploader(uploadId, identity);
    if (identity !== undefined) this.identities.set(request, identity);
    const answer = await this.tus.handleWeb(request);
    this.beginning.delete(request);
    if (answer.status < 400) return answer;
    const failure = this.failures.get(request);
    if (failure instanceof Error) throw failure;
    // The protocol's own refusals are plain objects.
    const words = (failure as { body?: string } | undefined)?.body ?? (await answer.text());
    throw new Refusal(
      CODES[answer.status] ?? (answer.status < 500 ? "bad_request" : "internal"),
      words.trim() || "the upload is not understood",
    );
  }

  /** An account's own that are not finished, the oldest first. */
  async list(accountId: string): Promise<UnfinishedUpload[]> {
    const own = (await this.unfinished()).filter(({ about }) => about.accountId === accountId);
    const uploads = own.map(async ({ id, size, about: { kind, id: fileId, createdAt } }) => {
      const stored = await this.store.getUpload(id).catch(() => undefined); // finished or cancelled meanwhile
      const removedAt = createdAt + this.deps.limits.uploadLifetimeSeconds * 1000;
      return (
        stored && { uploadId: id, kind, id: fileId, bytes: size, offsetBytes: stored.offset, createdAt, removedAt }
      );
    });
    const found = (await Promise.all(uploads)).filter((upload) => upload !== undefined);
    return found.sort((a, b) => a.createdAt - b.createdAt);
  }

  /** Removes what was not finished in time. */
  async removeExpired(): Promise<void> {
    const oldest = this.deps.now() - this.deps.limits.uploadLifetimeSeconds * 1000;
    for (const { id, about } of await this.unfinished()) if (about.createdAt < oldest) await this.store.remove(id);
  }

  /** How many there are. */
  async count(): Promise<number> {
    return (await this.unfinished()).length;
  }

  private async create(request: Request, upload: Upload): Promise<{ metadata: Record<string, string> }> {
    const { limits, now } = this.deps;
    const identity = this.identities.get(request);
    const accountId = identity?.accountId;
    if (identity === undefined || accountId === undefined) throw new Refusal("signed_out", "sign in first");
    const parsed = announced.safeParse(upload.metadata ?? {});
    if (!parsed.success)
      throw new Refusal("bad_request", `Upload-Metadata: ${parsed.error.issues[0]?.message ?? "not understood"}`, {
        place: "header.Upload-Metadata",
      });
    if (upload.size === undefined) throw new Refusal("bad_request", "Upload-Length is missing: tell the file's length");
    const { kind, id } = parsed.data;
    const most = { slave: limits.slaveFileMaxBytes, main: limits.mainFileMaxBytes, source: limits.sourceFileMaxBytes }[
      kind
    ];
    if (upload.size > most) throw tooLarge(most);
    await this.holdToVideo(identity, kind, id);
    this.beginning.set(request, { id: upload.id, accountId, size: upload.size });
    await this.holdToQuota(accountId, upload.size);
    const about = Object.entries(parsed.data).filter(([, value]) => value !== undefined);
    return { metadata: { ...Object.fromEntries(about), accountId, createdAt: String(now()) } };
  }

  /** Nobody sends gigabytes to be told at their end. */
  private async holdToVideo(identity: Identity, kind: UnfinishedUpload["kind"], id: string): Promise<void> {
    if (kind === "source") return this.deps.sources.mayTake(id, identity);
    const { videos } = this.deps.store;
    if (kind === "main") await slaveOf(this.deps, id);
    const video = await (kind === "main" ? videos.byMain(id) : videos.bySlave(id));
    if (video !== undefined) holdToOwner(video, identity);
  }

  private async holdToQuota(accountId: string, size: number): Promise<void> {
    const { limits, store } = this.deps;
    // Before the disk is looked at: what is there by then is in one of both, so that two cannot share the last of a quota.
    const beginning = [...this.beginning.values()];
    const stored = (await store.videos.bytesOf(accountId)) + (await this.deps.sources.bytesOf(accountId));
    const kept = (await this.unfinished()).map(({ id, size, about }) => ({ id, size, accountId: about.accountId }));
    const all = new Map([...kept, ...beginning].map((one) => [one.id, one]));
    const own = [...all.values()].filter((one) => one.accountId === accountId);
    if (own.length > limits.uploadsPerAccount)
      throw new Refusal(
        "too_many",
        `${own.length - 1} uploads are unfinished: finish or cancel some first (GET /api/uploads lists them)`,
      );
    const used = own.reduce((sum, one) => sum + one.size, stored) - size;
    if (used + size > limits.accountMaxBytes)
      throw new Refusal(
        "too_large",
        `your files take ${used} bytes of ${limits.accountMaxBytes}: withdraw a video first`,
        { usedBytes: used, maxBytes: limits.accountMaxBytes },
      );
  }

  private async finish(
    upload: Upload,
  ): Promise<{ status_code: number; headers: Record<string, string>; body: string }> {
    return this.deps.importLock.run(`upload ${upload.id}`, async () => {
      try {
        const about = keptSchema.parse(upload.metadata);
        const result = await this.takeIn(about, checked(this.store.plainBytes(upload.id), about));
        await this.store.remove(upload.id);
        return {
          status_code: result.fresh ? 201 : 200,
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(result.answer),
        };
      } catch (error) {
        // A refused file stays refused; after a trouble of the server's own, the last request can be sent again.
        if (isRefusal(error)) await this.store.remove(upload.id);
        throw error;
      }
    });
  }

  private async takeIn({ kind, id, accountId, state }: z.infer<typeof keptSchema>, bytes: ByteStream) {
    if (kind === "source") return { fresh: true, answer: await this.deps.sources.take(id, bytes) };
    if (kind === "slave") {
      const { fresh, value } = await importSlave(this.deps, id, bytes, accountId, state);
      const { slaveId, mainId, title, durationSeconds, segments, slaveBytes } = value;
      await logDivision(this.deps, accountId, "slave", { slaveId, mainId, bytes: slaveBytes });
      return { fresh, answer: { slaveId, mainId, title, durationSeconds, segments } };
    }
    const { fresh, value } = await importMain(this.deps, id, bytes, state);
    const slaveId = await slaveOf(this.deps, id);
    await logDivision(this.deps, accountId, "main", { slaveId, mainId: id, bytes: value.bytes });
    return { fresh, answer: { mainId: id, bytes: value.bytes, url: `/api/mains/${id}` } };
  }

  private async holdToUploader(uploadId: string, identity: Identity | undefined): Promise<void> {
    const upload = UPLOAD_ID.test(uploadId) ? await this.store.configstore.get(uploadId) : undefined;
    // Another account's is not there, for this one.
    if (upload === undefined || upload.metadata?.accountId !== identity?.accountId)
      throw new Refusal("not_found", "there is no such upload, or it came to its end: begin again");
  }

  private async unfinished(): Promise<{ id: string; size: number; about: z.infer<typeof keptSchema> }[]> {
    const all = [];
    for (const id of (await this.store.configstore.list?.()) ?? []) {
      const upload = await this.store.configstore.get(id);
      const about = keptSchema.safeParse(upload?.metadata);
      if (upload !== undefined && about.success) all.push({ id, size: upload.size ?? 0, about: about.data });
    }
    return all;
  }
}

const REFUSALS = ["format", "pairing", "unsupported", "conflict", "too_large", "forbidden", "not_found"];
const isRefusal = (error: unknown): boolean => REFUSALS.includes((error as { code?: string }).code ?? "");

/** @throws FormatError at the end, where the bytes are others than were announced */
async function* checked(
  bytes: AsyncIterable<Uint8Array>,
  { sha256, piecesSha256 }: Pick<z.infer<typeof announced>, "sha256" | "piecesSha256">,
): ByteStream {
  const [whole, pieces] = [createHash("sha256"), new PiecesHash()];
  for await (const chunk of bytes) {
    if (sha256 !== undefined) whole.update(chunk);
    if (piecesSha256 !== undefined) pieces.update(chunk);
    yield chunk;
  }
  for (const [expected, found] of [
    [sha256, whole.digest("hex")],
    [piecesSha256, pieces.digest()],
  ])
    if (expected !== undefined && expected !== found)
      throw new FormatError(`the file that came has the hash ${found}, not ${expected} as announced: send it again`);
}

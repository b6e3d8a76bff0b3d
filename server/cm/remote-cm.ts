/**
 * CMs on their sponsor's own server (Cmix patent, claim 3, [0180]). What a viewer gets is a copy: the slave is encrypted with the very bytes
 * that the viewer sees, from any place in them and until the play's end, so a play cannot hang on a file that another may change. The file
 * there is looked at again and again, and when it is no more what it was, the CM is switched off.
 */
import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { CmixError } from "../../codec/index.ts";
import type { ByteStream } from "../byte-stream.ts";
import { Refusal } from "../refusal.ts";
import { fetchFile } from "../security/fetch-file.ts";
import type { OriginFault } from "./cm-types.ts";
import type { CmDeps } from "./deps.ts";
import { CM_MAX_BYTES, importCm } from "./import-cm.ts";
import type { Cm, CmOrigin, NewCm } from "./store.ts";

const IDLE_SECONDS = 20;
const MOST_SECONDS = 300;
const CHECK_SECONDS = 3600;
const RETRY_SECONDS = 600;
/** So many checks in a row without an answer, an hour, and the CM goes off. */
const FAILURES_MOST = 6;
const CHECKS_AT_ONCE = 8;

interface Finding {
  fault: OriginFault | null;
  message: string;
  tag: string;
}

/**
 * Fetches a CM from its address and takes it in as if it were uploaded.
 *
 * @throws InputError, Refusal the address is not allowed, or does not answer with a file; FormatError … as `importCm`
 */
export async function registerRemoteCm(deps: CmDeps, url: string): Promise<NewCm> {
  const request = { maxBytes: CM_MAX_BYTES, idleSeconds: IDLE_SECONDS, mostSeconds: MOST_SECONDS };
  return fetchFile(url, request, deps.outbound, ({ body, headers }) =>
    importCm(deps, body, { origin: sound(deps, url, tagOf(headers)) }),
  );
}

/** Looks at the files that are due; a CM whose file is no more what it was is switched off. */
export async function checkOrigins(deps: CmDeps): Promise<void> {
  const { store, log, now } = deps;
  await Promise.all(
    (await store.cms.originsDue(now(), CHECKS_AT_ONCE)).map(async (cm) => {
      const { origin } = cm;
      if (origin === null) return;
      const { fault, message, tag } = await look(deps, cm, origin);
      const failures = fault === "silent" ? origin.failures + 1 : 0;
      if (fault === null) return store.cms.putOrigin(cm.id, sound(deps, origin.url, tag));
      if (fault === "silent" && failures < FAILURES_MOST)
        return store.cms.putOrigin(cm.id, { ...origin, failures, checkAt: now() + RETRY_SECONDS * 1000 });
      await store.cms.putOrigin(cm.id, { ...origin, failures, fault });
      log("cm-off", { cmId: cm.id, reason: fault, message });
    }),
  );
}

/**
 * Before a CM is switched on: its sponsor's file must be what it was.
 *
 * @throws Refusal conflict
 */
export async function mustStillBeThere(deps: CmDeps, cm: Cm): Promise<CmOrigin | null> {
  if (cm.origin === null) return null;
  const { fault, message, tag } = await look(deps, cm, cm.origin);
  if (fault === "changed")
    throw new Refusal("conflict", `${message}: enter its address again, which makes a new CM of it`, { cmId: cm.id });
  if (fault !== null) throw new Refusal("conflict", `the CM cannot be switched on: ${message}`, { cmId: cm.id });
  const origin = sound(deps, cm.origin.url, tag);
  await deps.store.cms.putOrigin(cm.id, origin);
  return origin;
}

const sound = ({ now }: CmDeps, url: string, tag: string): CmOrigin => ({
  url,
  tag,
  checkAt: now() + CHECK_SECONDS * 1000,
  failures: 0,
  fault: null,
});

/** A weak tag stands for files that are alike, and not for the same bytes (RFC 9110, 8.8.1). */
const tagOf = ({ etag = "" }: IncomingHttpHeaders): string => (etag.startsWith("W/") ? "" : etag);

/** Reads the file again, unless its server says that the tag is still the same. */
async function look(deps: CmDeps, cm: Cm, { url, tag }: CmOrigin): Promise<Finding> {
  const request = {
    headers: tag === "" ? {} : { "If-None-Match": tag },
    maxBytes: cm.bytes,
    idleSeconds: IDLE_SECONDS,
    mostSeconds: MOST_SECONDS,
  };
  const changed = { fault: "changed" as const, message: `${url} gives another file than it did`, tag };
  try {
    return await fetchFile(url, request, deps.outbound, async ({ isUnchanged, headers, body }) => {
      const isSame = isUnchanged || (await hashOf(body, cm.bytes)) === cm.sha256;
      return isSame ? { fault: null, message: "", tag: isUnchanged ? tag : tagOf(headers) } : changed;
    });
  } catch (error) {
    if (!(error instanceof CmixError || error instanceof Refusal)) throw error;
    if (error.code === "too_large") return changed;
    const status = Number(error.details.status ?? 0);
    const isGone = status >= 400 && status < 500 && status !== 408 && status !== 429;
    return { fault: isGone ? "gone" : "silent", message: error.message, tag };
  }
}

/** @returns undefined where the body is longer than `mostBytes` */
async function hashOf(body: ByteStream, mostBytes: number): Promise<string | undefined> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const bytes of body) {
    size += bytes.length;
    if (size > mostBytes) return undefined;
    hash.update(bytes);
  }
  return hash.digest("hex");
}

/** Divisions that their page did not bring to an end, or not to the service: go on, or discard. */
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { type DivisionRecord, identify, listRecords } from "../../division/page/division-records.ts";
import { heldElsewhere, storedBytes } from "../../division/page/output-folders.ts";
import type { Source } from "../../division/page/studio-division.ts";
import type { StudioQueue } from "../../division/page/studio-queue.ts";
import { STUDIO_METHODS } from "../../division/protocol/studio-methods.ts";
import { isPermitted } from "../../shared/files/file-access.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { DropZone } from "../../shared/ui/drop-zone.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { formatBytes, formatShare } from "../../shared/ui/text-format.ts";

interface Found {
  record: DivisionRecord;
  /** Of the main, in the browser's own file system. */
  storedBytes: number;
}

async function findUnfinished(queue: StudioQueue): Promise<Found[]> {
  const elsewhere = await heldElsewhere();
  const inHand = queue.recordIds();
  const records = (await listRecords()).filter(({ id }) => !elsewhere.has(id) && !inHand.has(id));
  return Promise.all(records.map(async (record) => ({ record, storedBytes: await storedBytes(record.id) })));
}

export function UnfinishedDivisions({ queue, accept }: { queue: StudioQueue; accept: string }): ReactNode {
  const [found, setFound] = useState<Found[]>([]);
  const { files } = useSyncExternalStore(queue.subscribe, queue.snapshot, queue.snapshot);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a file that comes or goes changes what there is
  useEffect(() => {
    let isCurrent = true;
    void findUnfinished(queue).then((now) => isCurrent && setFound(now));
    return () => {
      isCurrent = false;
    };
  }, [files]);
  return found.map(({ record, storedBytes: bytes }) => (
    <Unfinished
      key={record.id}
      record={record}
      storedBytes={bytes}
      queue={queue}
      accept={accept}
      onGone={() => setFound((now) => now.filter((other) => other.record.id !== record.id))}
    />
  ));
}

function Unfinished({
  record,
  storedBytes: bytes,
  queue,
  accept,
  onGone,
}: {
  record: DivisionRecord;
  storedBytes: number;
  queue: StudioQueue;
  accept: string;
  onGone: () => void;
}): ReactNode {
  const { t, reason } = useText();
  const [problem, setProblem] = useState<string>();
  /** The browser asks whether the file may be read; whoever does not want to answer chooses the file again. */
  const [hasAsked, setHasAsked] = useState(false);
  const { settings, source, output, target } = record;
  const file = { name: source.name, size: formatBytes(source.size) };

  /** Tells what is in the way, if anything is. */
  const attempt = (doing: () => Promise<string | undefined>) => () =>
    void heldElsewhere()
      .then((elsewhere) => (elsewhere.has(record.id) ? t("studio.unfinished.elsewhere") : doing()))
      .catch(reason)
      .then(setProblem);

  const goOn = async (chosen: Source): Promise<string | undefined> => {
    if (target !== undefined && !(await isPermitted(target, "readwrite"))) return t("studio.unfinished.noTarget");
    const { handle, ...known } = source;
    const identity = await identify(chosen.file);
    const isSame = (Object.keys(known) as (keyof typeof known)[]).every((part) => known[part] === identity[part]);
    if (!isSame) return t("studio.unfinished.otherFile", file);
    queue.resume(record, { file: chosen.file, handle: chosen.handle ?? handle });
    return undefined;
  };

  const goOnWithHandle = attempt(async () => {
    const { handle } = source;
    setHasAsked(true);
    if (handle === undefined || !(await isPermitted(handle, "read"))) return t("studio.unfinished.noSource", file);
    return goOn({ file: await handle.getFile(), handle });
  });

  const show = attempt(async () => {
    if (target !== undefined && !(await isPermitted(target, "readwrite"))) return t("studio.unfinished.noTarget");
    await queue.showFinished(record);
    return undefined;
  });

  const discard = attempt(async () => {
    if (target !== undefined && output === undefined) await isPermitted(target, "readwrite");
    await queue.discard(record);
    onGone();
    return undefined;
  });

  const isDone = output !== undefined;
  const about =
    target !== undefined
      ? t("studio.unfinished.target", { target: target.name, ...file })
      : STUDIO_METHODS[settings.method].codesAnew
        ? t("studio.unfinished.coded", { stored: formatBytes(bytes), ...file })
        : t("studio.unfinished.stored", { share: formatShare(Math.min(bytes, source.size), source.size), ...file });
  return (
    <section className="card unfinished" aria-label={settings.title}>
      <h2>{t(isDone ? "studio.unfinished.done" : "studio.unfinished", { title: settings.title })}</h2>
      <p className="quiet">{isDone ? t("studio.unfinished.doneAbout") : about}</p>
      {problem !== undefined && <ErrorNotice message={problem} />}
      {!isDone && (source.handle === undefined || hasAsked) && (
        <DropZone
          title={t("studio.unfinished.same", file)}
          or={t("studio.or")}
          choose={t("studio.unfinished.choose")}
          accept={accept}
          isCompact
          wantsHandle
          onFile={(chosen, handle) => attempt(() => goOn({ file: chosen, handle }))()}
        />
      )}
      <div className="actions">
        {isDone && (
          <button type="button" className="button button-main" onClick={show}>
            {t("studio.unfinished.show")}
          </button>
        )}
        {!isDone && source.handle !== undefined && (
          <button type="button" className="button button-main" onClick={goOnWithHandle}>
            {t("studio.unfinished.goOn")}
          </button>
        )}
        <button type="button" className="button button-quiet" onClick={discard}>
          {t("studio.unfinished.discard")}
        </button>
      </div>
    </section>
  );
}

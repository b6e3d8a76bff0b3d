import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { fromHex, type Mark, type MarkRule, presetOf, readMark, verifyMark } from "../../../../codec/page.ts";
import { loadKey, loadRecord, type MarkRecord } from "../../shared/api/rights.ts";
import { type Translate, useText } from "../../shared/i18n/text.tsx";
import { Link } from "../../shared/routing/router.tsx";
import { ErrorNotice, Hint } from "../../shared/ui/notices.tsx";

type Told = Omit<MarkRule, "treatment" | "sound" | "viewers"> & { treatment: string; sound: string; viewers: string };

/** Where a phone lands that scans a mark in a picture: what the mark says. What stands behind # is read here and sent nowhere. */
export function MarkPage(): ReactNode {
  const { t } = useText();
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  const reading = readMark(`${location.origin}/r${hash}`);
  return (
    <div className="page">
      <h1>{t("mark.title")}</h1>
      <p className="lead">{t("mark.lead")}</p>
      {reading.kind === "mark" ? (
        <section className="card" aria-label={t("mark.says")}>
          <h2>{t("mark.says")}</h2>
          {reading.mark.rule === undefined ? (
            <RecordFacts recordId={reading.mark.recordId} />
          ) : (
            <RuleFacts rule={reading.mark.rule} />
          )}
          <SignatureLine mark={reading.mark} />
        </section>
      ) : (
        <Hint warning>{t("mark.unreadable")}</Hint>
      )}
      <p>
        <Link href="/" className="button">
          {t("error.toLibrary")}
        </Link>
      </p>
    </div>
  );
}

function RuleFacts({ rule }: { rule: Told }): ReactNode {
  const { t } = useText();
  const { restricted, area, treatment, sound, viewers, holdSeconds } = rule;
  const facts: [string, string][] = [
    [t("mark.area"), area === undefined ? t("mark.area.none") : areaText(area, t)],
    [t("mark.viewers"), viewersText(viewers, t)],
    ...(area === undefined ? [] : [[t("mark.treatment"), nameOf("treatment", treatment, t)] as [string, string]]),
    [t("mark.sound"), nameOf("sound", sound, t)],
    [t("mark.hold"), t("mark.seconds", { seconds: holdSeconds })],
  ];
  return (
    <>
      <p>{t(restricted ? "mark.restricted" : "mark.allowed")}</p>
      {restricted && (
        <dl className="facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

/** Of a mark that carries an id only: what the service holds of it. */
function RecordFacts({ recordId }: { recordId: string }): ReactNode {
  const { t, reason } = useText();
  const { data, error } = useQuery({ queryKey: ["mark-record", recordId], queryFn: () => loadRecord(recordId) });
  if (error !== null) return <ErrorNotice message={reason(error)} />;
  if (data === undefined) return <p role="status">{t("mark.asking")}</p>;
  return (
    <>
      <p>{t("mark.by", { holder: data.holder })}</p>
      {data.state !== "good" && <Hint warning>{t(`mark.state.${data.state}`)}</Hint>}
      <RuleFacts rule={ruleOf(data)} />
    </>
  );
}

const ruleOf = ({ area, ...same }: MarkRecord): Told => ({ ...same, ...(area === null ? {} : { area }) });

function SignatureLine({ mark }: { mark: Mark }): ReactNode {
  const { t } = useText();
  const { signature } = mark;
  const { data } = useQuery({
    queryKey: ["mark-signature", signature?.keyId, signature?.signedText],
    queryFn: async () => {
      const key = await loadKey(signature?.keyId ?? "").catch(() => undefined);
      const isGood = key !== undefined && key.revoked === null;
      const state = await verifyMark(mark, () => (isGood ? fromHex(key.publicKey) : undefined));
      return { state, holder: key?.holder ?? "" };
    },
    enabled: signature !== undefined,
  });
  if (signature === undefined) return mark.rule === undefined ? null : <p className="quiet">{t("mark.unsigned")}</p>;
  if (data === undefined) return <p role="status">{t("mark.asking")}</p>;
  return data.state === "valid" ? (
    <p>{t("mark.signedBy", { holder: data.holder })}</p>
  ) : (
    <Hint warning>{t(data.state === "wrong" ? "mark.wrong" : "mark.unknownKey")}</Hint>
  );
}

function areaText(area: NonNullable<MarkRule["area"]>, t: Translate): string {
  const preset = presetOf(area);
  if (preset !== undefined) return t(`mark.area.${preset}`);
  const percent = (thousandths: number) => thousandths / 10;
  const { x, y, width, height } = area;
  return t("mark.area.place", {
    ...{ x: percent(x), y: percent(y), width: percent(width), height: percent(height) },
  });
}

function viewersText(viewers: string, t: Translate): string {
  if (viewers === "premium") return t("mark.viewers.premium");
  if (viewers === "signed-in") return t("mark.viewers.signed-in");
  const [kind, name = ""] = viewers.split(":");
  return kind === "age" ? t("mark.viewers.age", { age: name }) : t("mark.viewers.group", { name });
}

const NAMES = {
  treatment: ["black", "mosaic", "picture", "text"],
  sound: ["keep", "mute", "voice", "tone"],
} as const;

/** As the page says it; a word of a later version as it is. */
function nameOf<K extends keyof typeof NAMES>(kind: K, name: string, t: Translate): string {
  const known = NAMES[kind].find((one) => one === name) as "black" | undefined;
  return known === undefined ? name : t(`mark.${kind}.${known}` as "mark.treatment.black");
}

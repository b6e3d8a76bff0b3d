import type { ReactNode } from "react";
import type { SourceFacts } from "../../division/protocol/divide-api.ts";
import { STUDIO_METHODS, type StudioMethod } from "../../division/protocol/studio-methods.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Hint } from "../../shared/ui/notices.tsx";
import { formatBytes, formatTime } from "../../shared/ui/text-format.ts";

export function SourceFactsView({ facts, method }: { facts: SourceFacts; method: StudioMethod }): ReactNode {
  const { t } = useText();
  const { video, sound } = facts;
  const { codesAnew } = STUDIO_METHODS[method];
  const { width, height, shownWidth, shownHeight, framesPerSecond } = video;
  const fps = framesPerSecond > 0 ? [`${Number(framesPerSecond.toFixed(2))} fps`] : [];
  const rate = video.isConstantRate ? fps : [t("studio.fact.variable")];
  const isOtherwise = width !== shownWidth || height !== shownHeight;
  return (
    <>
      <dl className="facts">
        <dt>{t("studio.fact.length")}</dt>
        <dd>{formatTime(facts.durationSeconds)}</dd>
        <dt>{t("studio.fact.size")}</dt>
        <dd>{formatBytes(facts.bytes)}</dd>
        <dt>{t("studio.fact.picture")}</dt>
        <dd>
          {[`${shownWidth} × ${shownHeight}`, ...rate].join(", ")}
          <br />
          <span className="quiet">
            {video.codec}
            {isOtherwise && ` ${t("studio.fact.coded", { size: `${width} × ${height}` })}`}, {facts.container}
          </span>
        </dd>
        <dt>{t("studio.fact.sound")}</dt>
        <dd>
          {sound === undefined ? t("studio.fact.noSound") : `${sound.sampleRate / 1000} kHz, ${sound.channels} ch`}
          {sound !== undefined && (
            <>
              <br />
              <span className="quiet">{sound.codec}</span>
            </>
          )}
        </dd>
      </dl>
      {facts.toldSeconds !== undefined && (
        <Hint warning>
          {t("studio.cut", {
            done: formatTime(facts.durationSeconds),
            whole: formatTime(Math.round(facts.toldSeconds)),
          })}
        </Hint>
      )}
      {facts.hasUnknownSound && codesAnew && <Hint warning>{t("studio.unknownSound")}</Hint>}
      {facts.hasUnplayedSound && !codesAnew && <Hint warning>{t("studio.unplayedSound")}</Hint>}
      {sound !== undefined && !sound.playable && (
        <Hint warning>{t("studio.unplayableSound", { codec: sound.codec })}</Hint>
      )}
    </>
  );
}

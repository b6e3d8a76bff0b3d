import { type ReactNode, useId } from "react";
import type { SourceFacts, StudioMethod } from "../../division/protocol/divide-api.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Hint } from "../../shared/ui/notices.tsx";
import { formatBytes } from "../../shared/ui/text-format.ts";

/** Keep the file as it is, or code it anew; where only one is possible, that one and the reason. */
export function MethodChoice({
  facts,
  method,
  onChange,
}: {
  facts: SourceFacts;
  method: StudioMethod;
  onChange: (method: StudioMethod) => void;
}): ReactNode {
  const { t } = useText();
  const id = useId();
  const { refusals } = facts;
  const methods = [
    {
      method: "samples",
      name: t("studio.method.samples"),
      why: t("studio.method.samples.why"),
      size: t("studio.method.samples.size", { size: formatBytes(facts.bytes) }),
    },
    {
      method: "compress",
      name: t("studio.method.compress"),
      why: t("studio.method.compress.why"),
      size: t("studio.method.compress.size"),
    },
  ] as const;
  return (
    <fieldset className="methods">
      <legend>{t("studio.method")}</legend>
      {methods
        .filter((offer) => refusals[offer.method] === undefined)
        .map((offer) => (
          <div className="method" key={offer.method}>
            <input
              type="radio"
              id={`${id}-${offer.method}`}
              name={id}
              checked={method === offer.method}
              aria-describedby={`${id}-${offer.method}-why`}
              onChange={() => onChange(offer.method)}
            />
            <label htmlFor={`${id}-${offer.method}`}>{offer.name}</label>
            {offer.method === "samples" && facts.isDecodable && (
              <span className="method-mark">{t("studio.method.recommended")}</span>
            )}
            <p className="quiet" id={`${id}-${offer.method}-why`}>
              {offer.why} {offer.size}
            </p>
          </div>
        ))}
      {refusals.samples !== undefined && <Hint>{t("studio.method.noSamples", { reason: refusals.samples })}</Hint>}
      {facts.combinesOnly && <Hint warning>{t("studio.method.combinesOnly")}</Hint>}
      {refusals.compress !== undefined && facts.isDecodable && (
        <Hint>{t("studio.method.noCompress", { reason: refusals.compress })}</Hint>
      )}
      {!facts.isDecodable && !facts.combinesOnly && (
        <Hint warning>{t("studio.method.undecodable", { codec: facts.video.codec })}</Hint>
      )}
    </fieldset>
  );
}

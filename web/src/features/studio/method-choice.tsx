import { type ReactNode, useId } from "react";
import type { SourceFacts } from "../../division/protocol/divide-api.ts";
import { STUDIO_METHODS, type StudioMethod } from "../../division/protocol/studio-methods.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Hint } from "../../shared/ui/notices.tsx";
import { formatBytes } from "../../shared/ui/text-format.ts";
import { METHOD_TEXTS } from "./method-texts.ts";
import { useRefusalReason } from "./studio-reasons.ts";

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
  const { offers, isDecodable, isPacked, lacksPicture = false, video } = facts;
  const whyNot = useRefusalReason();
  return (
    <fieldset className="methods">
      <legend>{t("studio.method")}</legend>
      {offers
        .filter(({ refusal }) => refusal === undefined)
        .map((offer) => {
          const texts = METHOD_TEXTS[offer.method];
          return (
            <div className="method" key={offer.method}>
              <input
                type="radio"
                id={`${id}-${offer.method}`}
                name={id}
                checked={method === offer.method}
                aria-describedby={`${id}-${offer.method}-why`}
                onChange={() => onChange(offer.method)}
              />
              <label htmlFor={`${id}-${offer.method}`}>{t(texts.name)}</label>
              {!STUDIO_METHODS[offer.method].codesAnew && isDecodable && (
                <span className="method-mark">{t("studio.method.recommended")}</span>
              )}
              <p className="quiet" id={`${id}-${offer.method}-why`}>
                {t(texts.why)} {t(texts.size, { size: formatBytes(facts.bytes) })}
              </p>
            </div>
          );
        })}
      {offers.map(
        ({ method: refused, refusal, reason }) =>
          // What is not decoded cannot be coded anew, of course.
          refusal !== undefined &&
          (isDecodable || !STUDIO_METHODS[refused].codesAnew) && (
            <Hint key={refused}>{t(METHOD_TEXTS[refused].refused, { reason: whyNot(refusal, reason) })}</Hint>
          ),
      )}
      {isPacked && <Hint warning>{t("studio.method.packed")}</Hint>}
      {!isDecodable && !isPacked && (
        <Hint warning>
          {lacksPicture ? t("studio.method.noPicture") : t("studio.method.undecodable", { codec: video.codec })}
        </Hint>
      )}
    </fieldset>
  );
}

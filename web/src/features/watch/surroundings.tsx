import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { PlayerSnapshot } from "../../player/page/snapshot.ts";
import { chooseSurroundings, type ShownSurrounding, type SurroundingKind } from "../../shared/api/surroundings.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { LINK } from "./sponsor-link.tsx";

/** What suits this play's viewer around its video (Cmix page 5); nothing where the service cannot tell. @param number of the video in the play */
export function useSurroundings(
  { playId, sentAttributes }: Pick<PlayerSnapshot, "playId" | "sentAttributes">,
  number: number,
): ShownSurrounding[] {
  const { data } = useQuery({
    queryKey: ["surroundings", playId, number],
    queryFn: ({ signal }) => chooseSurroundings(playId ?? "", number, sentAttributes, signal),
    enabled: playId !== undefined,
    // Chosen once for a video of a play.
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data ?? [];
}

export function Surroundings({ entries, kinds }: { entries: ShownSurrounding[]; kinds: SurroundingKind[] }): ReactNode {
  const { t } = useText();
  const shown = entries.filter(({ kind }) => kinds.includes(kind));
  if (shown.length === 0) return null;
  return (
    <div className="surroundings">
      {shown.map(({ id, kind, title, text, link, imageUrl }) => (
        <section className="card surrounding" key={id} aria-label={title}>
          {imageUrl !== null && <img src={imageUrl} alt="" />}
          <div>
            <p className="quiet">{t(`around.${kind}`)}</p>
            <h3>{title}</h3>
            {text !== "" && <p>{text}</p>}
            {LINK.test(link) && (
              <a href={link} target="_blank" rel="noopener noreferrer">
                {t("around.more")}
                <span className="visually-hidden">
                  {" "}
                  {title} ({t("watch.newTab")})
                </span>
              </a>
            )}
          </div>
        </section>
      ))}
    </div>
  );
}

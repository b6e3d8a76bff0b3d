import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { loadVideoParts, spendPoints } from "../../shared/api/memberships.ts";
import { useSession } from "../../shared/api/session.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Link } from "../../shared/routing/router.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { useWishKeys } from "../../shared/ui/use-wish-key.ts";

/** That parts of a video are for premium members, and how to see them; nothing where everybody sees all of it. */
export function PremiumParts({ mainId }: { mainId: string }): ReactNode {
  const { t, reason } = useText();
  const client = useQueryClient();
  const session = useSession();
  const keys = useWishKeys();
  const queryKey = ["video-parts", mainId, session?.account?.accountId];
  const { data } = useQuery({ queryKey, queryFn: () => loadVideoParts(mainId) });
  const buying = useMutation({
    mutationFn: () => spendPoints({ product: "video", mainId }, keys.keyOf({ mainId })),
    onSuccess: keys.done,
    onSettled: () => client.invalidateQueries({ queryKey }),
  });
  if (data === undefined || data === null || !data.viewers.includes("premium")) return null;
  const { price, premium } = data;
  return (
    <section className="card" aria-label={t("members.title")}>
      <p>{t(premium ? "members.parts.mine" : "members.parts.premium")}</p>
      {buying.error !== null && <ErrorNotice message={reason(buying.error)} />}
      {!premium && (
        <div className="actions">
          {price !== null && session?.account && (
            <button type="button" className="button" disabled={buying.isPending} onClick={() => buying.mutate()}>
              {t("members.buy.video", { points: price })}
            </button>
          )}
          <Link href="/account" className="button">
            {t("members.title")}
          </Link>
        </div>
      )}
    </section>
  );
}

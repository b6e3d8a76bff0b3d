import { type ReactNode, useState } from "react";
import { useSession } from "../../shared/api/session.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Link } from "../../shared/routing/router.tsx";
import { Hint } from "../../shared/ui/notices.tsx";
import { AskAttributes } from "../attributes/ask-attributes.tsx";
import { JobsPart } from "../jobs/jobs-part.tsx";
import { Counts } from "./counts.tsx";
import { GroupsPart } from "./groups-part.tsx";
import { OwnVideos } from "./own-videos.tsx";
import { Reports } from "./reports.tsx";
import { ReservationsPart } from "./reservations-part.tsx";
import { RightsPart } from "./rights-part.tsx";
import { UnfinishedUploads } from "./unfinished-uploads.tsx";

/** A contents provider's videos, their counts, and the reports of them. */
export function ProviderPage(): ReactNode {
  const { t } = useText();
  const session = useSession();
  const [shown, setShown] = useState(0);
  const may = session?.role === "provider" || session?.role === "administrator";
  const isPending = session?.account?.status === "pending";
  return (
    <div className="page">
      <h1>{t("provider.title")}</h1>
      <p className="lead">{t("provider.lead")}</p>
      {isPending && <Hint warning>{t("account.pending")}</Hint>}
      {session !== undefined && !may && !isPending && (
        <p>
          <Link href="/account" className="button button-main">
            {t("provider.signIn")}
          </Link>
        </p>
      )}
      {may && (
        <>
          <ReservationsPart />
          <JobsPart sends />
          <OwnVideos key={shown} onChanged={() => setShown(shown + 1)} />
          <UnfinishedUploads />
          <Counts />
          <Reports />
          <GroupsPart />
          {session?.account && <RightsPart accountId={session.account.accountId} />}
          {session?.role === "provider" && <AskAttributes />}
        </>
      )}
    </div>
  );
}

import type { ReactNode } from "react";
import { loadAccessLog, loadAllDivisions, useSession } from "../../shared/api/session.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Link } from "../../shared/routing/router.tsx";
import { Hint } from "../../shared/ui/notices.tsx";
import { AccessLog } from "../account/access-log.tsx";
import { DivisionLog } from "../account/log-table.tsx";
import { AskAttributes } from "../attributes/ask-attributes.tsx";
import { CertifyAttributes } from "../attributes/certify-attributes.tsx";
import { JobsPart } from "../jobs/jobs-part.tsx";
import { SurroundingsPart } from "../surroundings/surroundings-part.tsx";
import { Accounts } from "./accounts.tsx";
import { CmsPart } from "./cms-part.tsx";
import { ComplaintsPart } from "./complaints-part.tsx";
import { MembershipsPart } from "./memberships-part.tsx";
import { RestrictionOptionsPart } from "./restriction-options-part.tsx";

/** The administrator's page: one part below the other, each in a file of its own. */
export function AdminPage(): ReactNode {
  const { t } = useText();
  const session = useSession();
  return (
    <div className="page">
      <h1>{t("nav.admin")}</h1>
      {session?.role === "administrator" ? (
        <>
          <Accounts ownId={session.account?.accountId} />
          <CmsPart />
          <ComplaintsPart />
          <MembershipsPart />
          <RestrictionOptionsPart />
          <JobsPart sends={false} />
          <CertifyAttributes />
          <AskAttributes />
          <SurroundingsPart mainId={null} />
          <AccessLog load={loadAccessLog} />
          <DivisionLog load={loadAllDivisions} />
        </>
      ) : (
        session !== undefined && (
          <>
            <Hint warning>{t("admin.only")}</Hint>
            <Link href="/account" className="button">
              {t("account.title")}
            </Link>
          </>
        )
      )}
    </div>
  );
}

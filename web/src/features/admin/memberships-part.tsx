import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import {
  endPeriod,
  grantMembership,
  loadMembershipOf,
  loadPointRules,
  type PointRules,
  savePointRules,
} from "../../shared/api/memberships.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Field } from "../../shared/ui/field.tsx";
import { formValues } from "../../shared/ui/form-values.ts";
import { ErrorNotice, Hint } from "../../shared/ui/notices.tsx";
import { PeriodList } from "../../shared/ui/period-list.tsx";
import { useWishKeys } from "../../shared/ui/use-wish-key.ts";
import { VouchersPart } from "./vouchers-part.tsx";

const RULES = ["point-rules"];
const MOST = 1_000_000;

/** How points are earned and what they buy, grants, and vouchers. */
export function MembershipsPart(): ReactNode {
  const { t } = useText();
  return (
    <section className="log" aria-label={t("members.admin.title")}>
      <h2>{t("members.admin.title")}</h2>
      <Rules />
      <Grants />
      <VouchersPart />
    </section>
  );
}

function Rules(): ReactNode {
  const { t, reason } = useText();
  const client = useQueryClient();
  const { data: rules, error } = useQuery({ queryKey: RULES, queryFn: loadPointRules });
  const saving = useMutation({
    mutationFn: savePointRules,
    onSuccess: () => client.invalidateQueries({ queryKey: RULES }),
  });
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { number } = formValues(event.currentTarget);
    const prices: PointRules["prices"] = { video: number("video"), day: number("day"), month: number("month") };
    const [perCm, perDayMost] = [number("perCm") ?? 0, number("perDayMost") ?? 0];
    saving.mutate({ perCm, perDayMost, prices, statusFrom: number("statusFrom") });
  };
  const failed = error ?? saving.error;
  return (
    <>
      <h3>{t("members.rules")}</h3>
      {failed !== null && <ErrorNotice message={reason(failed)} />}
      {rules !== undefined && (
        <form className="actions" onSubmit={save}>
          <Field name="perCm" type="number" min={0} max={MOST} label={t("members.rules.perCm")} value={rules.perCm} />
          <Field
            name="perDayMost"
            type="number"
            min={0}
            max={MOST}
            label={t("members.rules.perDayMost")}
            value={rules.perDayMost}
          />
          {(["video", "day", "month"] as const).map((name) => (
            <Field
              key={name}
              name={name}
              type="number"
              min={1}
              max={MOST}
              label={t(`members.rules.${name}`)}
              value={rules.prices[name]}
            />
          ))}
          <Field
            name="statusFrom"
            type="number"
            min={1}
            max={MOST}
            label={t("members.rules.statusFrom")}
            value={rules.statusFrom}
          />
          <button type="submit" className="button">
            {t("members.rules.save")}
          </button>
        </form>
      )}
      {saving.isSuccess && <Hint>{t("members.rules.saved")}</Hint>}
    </>
  );
}

function Grants(): ReactNode {
  const { t, reason } = useText();
  const client = useQueryClient();
  const [accountId, setAccountId] = useState("");
  const keys = useWishKeys();
  const queryKey = ["membership", accountId];
  const { data, error } = useQuery({
    queryKey,
    queryFn: () => loadMembershipOf(accountId),
    enabled: accountId !== "",
  });
  const onSettled = () => client.invalidateQueries({ queryKey });
  const granting = useMutation({
    mutationFn: (grant: { accountId: string; days: number; points: number }) =>
      grantMembership(grant.accountId, { days: grant.days, points: grant.points }, keys.keyOf(grant)),
    onSuccess: keys.done,
    onSettled,
  });
  const ending = useMutation({ mutationFn: (number: number) => endPeriod(accountId, number), onSettled });
  const grant = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { text, number } = formValues(event.currentTarget);
    setAccountId(text("accountId"));
    const [days, points] = [number("days") ?? 0, number("points") ?? 0];
    if (days !== 0 || points !== 0) granting.mutate({ accountId: text("accountId"), days, points });
  };
  const failed = error ?? granting.error ?? ending.error;
  return (
    <>
      <h3>{t("members.grant")}</h3>
      <p className="quiet">{t("members.grant.lead")}</p>
      <form className="actions" onSubmit={grant}>
        <Field name="accountId" label={t("account.id")} value="" required maxLength={60} />
        <Field name="days" type="number" min={0} max={3660} label={t("members.days")} value="" />
        <Field name="points" type="number" min={-MOST} max={MOST} label={t("members.amount")} value="" />
        <button type="submit" className="button" disabled={granting.isPending}>
          {t("members.grant.send")}
        </button>
      </form>
      {failed !== null && <ErrorNotice message={reason(failed)} />}
      {data !== undefined && (
        <div role="status">
          <p>
            {accountId}: {t(data.premium ? "members.premium" : "members.ordinary")}{" "}
            {t("members.points", { points: data.balance })}
          </p>
          <PeriodList periods={data.periods} onEnd={(number) => ending.mutate(number)} />
        </div>
      )}
    </>
  );
}

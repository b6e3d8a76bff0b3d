import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import {
  loadMembership,
  loadPoints,
  type PointEntry,
  redeemVoucher,
  spendPoints,
} from "../../shared/api/memberships.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Field } from "../../shared/ui/field.tsx";
import { formValues } from "../../shared/ui/form-values.ts";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { PeriodList } from "../../shared/ui/period-list.tsx";
import { useWishKeys } from "../../shared/ui/use-wish-key.ts";
import { type Column, LogTable, timeOf } from "./log-table.tsx";

const KEY = ["membership"];
const SOLD = ["day", "month"] as const;

/** Premium membership: whether, until when, what points buy, vouchers, and where points came from. */
export function MembershipPart(): ReactNode {
  const { t, reason, language } = useText();
  const client = useQueryClient();
  const { data, error } = useQuery({ queryKey: KEY, queryFn: loadMembership });
  const keys = useWishKeys();
  const onSettled = () => client.invalidateQueries({ queryKey: KEY });
  const spending = useMutation({
    mutationFn: (product: (typeof SOLD)[number]) => spendPoints({ product }, keys.keyOf({ product })),
    onSuccess: keys.done,
    onSettled,
  });
  const redeeming = useMutation({ mutationFn: redeemVoucher, onSettled });
  const failed = error ?? spending.error ?? redeeming.error;
  const columns: Column<PointEntry>[] = [
    { name: "log.at", show: ({ at }) => timeOf(at, language) },
    { name: "members.kind", show: ({ kind }) => t(`members.kind.${kind}`) },
    { name: "members.amount", show: ({ amount }) => (amount > 0 ? `+${amount}` : amount) },
    { name: "members.balance", show: ({ balance }) => balance },
  ];
  return (
    <>
      <section className="card account-card" aria-label={t("members.title")}>
        <h2>{t("members.title")}</h2>
        {failed !== null && <ErrorNotice message={reason(failed)} />}
        {data !== undefined && (
          <>
            <p>
              <strong>{t(data.premium ? "members.premium" : "members.ordinary")}</strong>{" "}
              {t("members.points", { points: data.balance })}
            </p>
            {data.rules.statusFrom !== null && (
              <p className="quiet">{t("members.statusFrom", { points: data.rules.statusFrom })}</p>
            )}
            {data.rules.perCm > 0 && <p className="quiet">{t("members.perCm", { points: data.rules.perCm })}</p>}
            <div className="actions">
              {SOLD.map((product) => {
                const price = data.rules.prices[product];
                return (
                  price !== null && (
                    <button
                      key={product}
                      type="button"
                      className="button"
                      disabled={price > data.balance || spending.isPending}
                      onClick={() => spending.mutate(product)}
                    >
                      {t(`members.buy.${product}`, { points: price })}
                    </button>
                  )
                );
              })}
            </div>
            <PeriodList periods={data.periods} />
          </>
        )}
        <form
          className="actions"
          onSubmit={(event) => {
            event.preventDefault();
            const form = event.currentTarget;
            redeeming.mutate(formValues(form).text("code"), { onSuccess: () => form.reset() });
          }}
        >
          <Field name="code" label={t("members.voucher")} value="" required maxLength={100} />
          <button type="submit" className="button" disabled={redeeming.isPending}>
            {t("members.redeem")}
          </button>
        </form>
        {redeeming.data !== undefined && (
          <p className="notice notice-good" role="status">
            {t("members.redeemed", redeeming.data)}
          </p>
        )}
      </section>
      {/* A new balance has a new entry. */}
      <LogTable key={data?.balance} load={loadPoints} caption="members.history" columns={columns} />
    </>
  );
}

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent, ReactNode } from "react";
import { listVouchers, makeVouchers, revokeVoucher, type Voucher } from "../../shared/api/memberships.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { CopyField } from "../../shared/ui/copy-field.tsx";
import { Field } from "../../shared/ui/field.tsx";
import { dayOf, formValues } from "../../shared/ui/form-values.ts";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { WideTable } from "../../shared/ui/wide-table.tsx";

const KEY = ["vouchers"];
const COUNT_MOST = 500;

/** Makes vouchers, whose codes are told once, and takes back those that nobody redeemed. */
export function VouchersPart(): ReactNode {
  const { t, reason } = useText();
  const client = useQueryClient();
  const { data: vouchers, error } = useQuery({ queryKey: KEY, queryFn: listVouchers });
  const onSettled = () => client.invalidateQueries({ queryKey: KEY });
  const making = useMutation({ mutationFn: makeVouchers, onSettled });
  const revoking = useMutation({ mutationFn: revokeVoucher, onSettled });
  const make = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { text, number, day } = formValues(event.currentTarget);
    const [count, days, points] = [number("count") ?? 1, number("days") ?? 0, number("points") ?? 0];
    making.mutate({ count, days, points, note: text("note"), expires: day("expires") ?? "" });
  };
  const failed = error ?? making.error ?? revoking.error;
  return (
    <>
      <h3>{t("members.vouchers")}</h3>
      <form className="actions" onSubmit={make}>
        <Field
          name="count"
          type="number"
          min={1}
          max={COUNT_MOST}
          label={t("members.vouchers.count")}
          value={1}
          required
        />
        <Field name="days" type="number" min={0} max={3660} label={t("members.days")} value={30} />
        <Field name="points" type="number" min={0} max={1_000_000} label={t("members.amount")} value={0} />
        <Field name="expires" type="date" label={t("members.vouchers.expires")} value="" required />
        <Field name="note" label={t("members.vouchers.note")} value="" maxLength={200} />
        <button type="submit" className="button" disabled={making.isPending}>
          {t("members.vouchers.make")}
        </button>
      </form>
      {failed !== null && <ErrorNotice message={reason(failed)} />}
      {making.data !== undefined && (
        <CopyField label={t("members.vouchers.codes")} text={making.data.join("\n")} isLong />
      )}
      {vouchers !== undefined && vouchers.length > 0 && (
        <WideTable label={t("members.vouchers")}>
          <thead>
            <tr>
              <th scope="col">{t("members.vouchers.note")}</th>
              <th scope="col">{t("members.days")}</th>
              <th scope="col">{t("members.amount")}</th>
              <th scope="col">{t("members.vouchers.expires")}</th>
              <th scope="col">{t("members.vouchers.state")}</th>
            </tr>
          </thead>
          <tbody>
            {vouchers.map((voucher) => (
              <tr key={voucher.voucherId}>
                <td>{voucher.note}</td>
                <td>{voucher.days}</td>
                <td>{voucher.points}</td>
                <td>{dayOf(voucher.expires)}</td>
                <td>
                  <State voucher={voucher} onRevoke={() => revoking.mutate(voucher.voucherId)} />
                </td>
              </tr>
            ))}
          </tbody>
        </WideTable>
      )}
    </>
  );
}

function State({
  voucher: { voucherId, note, redeemed, revoked },
  onRevoke,
}: {
  voucher: Voucher;
  onRevoke(): void;
}): ReactNode {
  const { t } = useText();
  if (redeemed !== null) return t("members.vouchers.redeemedBy", { account: redeemed.accountId });
  if (revoked !== null) return t("members.vouchers.revoked");
  return (
    <button
      type="button"
      className="button"
      aria-label={t("members.vouchers.revokeOf", { name: `${note} ${voucherId.slice(0, 8)}` })}
      onClick={onRevoke}
    >
      {t("members.vouchers.revoke")}
    </button>
  );
}

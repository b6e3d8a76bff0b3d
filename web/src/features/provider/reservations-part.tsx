import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent, ReactNode } from "react";
import {
  changeReservation,
  listReservations,
  makeReservation,
  type Reservation,
  type RestrictionChoice,
  removeReservation,
} from "../../shared/api/reservations.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Field } from "../../shared/ui/field.tsx";
import { formValues } from "../../shared/ui/form-values.ts";
import { ErrorNotice } from "../../shared/ui/notices.tsx";

const KEY = ["reservations"];
const PROTECTIONS = ["on", "auto", "off"] as const;

/** Before a video is uploaded: whether parts of it are hidden, and what of the service's offer is chosen. */
export function ReservationsPart(): ReactNode {
  const { t, reason } = useText();
  const client = useQueryClient();
  const { data: reservations, error } = useQuery({ queryKey: KEY, queryFn: listReservations });
  const onSettled = () => client.invalidateQueries({ queryKey: KEY });
  const making = useMutation({ mutationFn: makeReservation, onSettled });
  const choosing = useMutation({
    mutationFn: ({ id, choice }: { id: string; choice: RestrictionChoice }) => changeReservation(id, { choice }),
    onSettled,
  });
  const removing = useMutation({ mutationFn: removeReservation, onSettled });
  const make = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const [form, { text }] = [event.currentTarget, formValues(event.currentTarget)];
    const wish = { title: text("title"), protection: text("protection") as Reservation["protection"] };
    making.mutate(wish, { onSuccess: () => form.reset() });
  };
  const failed = error ?? making.error ?? choosing.error ?? removing.error;
  return (
    <section className="log" aria-label={t("reserve.title")}>
      <h2>{t("reserve.title")}</h2>
      <p className="quiet">{t("reserve.lead")}</p>
      {failed !== null && <ErrorNotice message={reason(failed)} />}
      <form className="actions" onSubmit={make}>
        <Field name="title" label={t("reserve.video")} value="" required maxLength={200} />
        <label className="field">
          {t("reserve.protection")}{" "}
          <select name="protection">
            {PROTECTIONS.map((name) => (
              <option key={name} value={name}>
                {t(`reserve.protection.${name}`)}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" className="button">
          {t("reserve.make")}
        </button>
      </form>
      {reservations?.map((one) => (
        <div key={one.reservationId} className="card">
          <h3>{one.title}</h3>
          <p>
            {t(`reserve.protection.${one.protection}`)}{" "}
            <strong>{t(one.ready ? "reserve.ready" : "reserve.choose")}</strong>
          </p>
          {one.protection === "on" && (
            <Choice reservation={one} onChoose={(choice) => choosing.mutate({ id: one.reservationId, choice })} />
          )}
          <button
            type="button"
            className="button"
            aria-label={t("reserve.removeOf", { title: one.title })}
            onClick={() => removing.mutate(one.reservationId)}
          >
            {t("attributes.remove")}
          </button>
        </div>
      ))}
    </section>
  );
}

function Choice({
  reservation: { options, choice, title },
  onChoose,
}: {
  reservation: Reservation;
  onChoose(choice: RestrictionChoice): void;
}): ReactNode {
  const { t } = useText();
  if (options === null) return null;
  const [kind = "", name = ""] = choice?.viewers.split(":") ?? [];
  const choose = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { text } = formValues(event.currentTarget);
    const viewers = text("viewers");
    const withName = viewers === "age" || viewers === "group" ? `${viewers}:${text("name")}` : viewers;
    onChoose({
      viewers: withName,
      treatment: text("treatment") as RestrictionChoice["treatment"],
      sound: text("sound") as RestrictionChoice["sound"],
    });
  };
  return (
    <form className="actions" aria-label={t("reserve.choiceOf", { title })} onSubmit={choose}>
      <label className="field">
        {t("mark.viewers")}{" "}
        <select name="viewers" defaultValue={kind}>
          {options.viewers.map((one) => (
            <option key={one} value={one}>
              {t(`reserve.viewers.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <Field name="name" label={t("reserve.name")} value={name} maxLength={32} />
      <label className="field">
        {t("mark.treatment")}{" "}
        <select name="treatment" defaultValue={choice?.treatment}>
          {options.treatments.map((one) => (
            <option key={one} value={one}>
              {t(`mark.treatment.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        {t("mark.sound")}{" "}
        <select name="sound" defaultValue={choice?.sound}>
          {options.sounds.map((one) => (
            <option key={one} value={one}>
              {t(`mark.sound.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" className="button button-main">
        {t("reserve.save")}
      </button>
    </form>
  );
}

import { type FormEvent, type ReactNode, useId, useState } from "react";
import {
  changeVideo,
  type OwnVideo,
  putExtra,
  registerAddress,
  removeTeaser,
  withdrawVideo,
} from "../../shared/api/provider.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { ErrorNotice, Hint } from "../../shared/ui/notices.tsx";
import { WebhookForm } from "../../shared/ui/webhook-form.tsx";
import { SurroundingsPart } from "../surroundings/surroundings-part.tsx";
import { ConditionsForm } from "./conditions-form.tsx";

const GIVEN_STATES = ["draft", "unlisted", "public"] as const;

/** What the library shows of one video, and whether it shows it at all. What was typed stays after a refusal. */
export function VideoEditor({ video, onChanged }: { video: OwnVideo; onChanged: () => void }): ReactNode {
  const { t, reason } = useText();
  const id = useId();
  const [error, setError] = useState<Error>();
  const [said, setSaid] = useState<string>();

  const attempt = (work: Promise<unknown>, after: () => void) => {
    setError(undefined);
    setSaid(undefined);
    work.then(after).catch(setError);
  };

  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "");
    const file = (name: string) => {
      const chosen = form.get(name);
      return chosen instanceof File && chosen.size > 0 ? chosen : undefined;
    };
    const state = GIVEN_STATES.find((given) => given === text("state"));
    const values = {
      title: text("title"),
      copyright: text("copyright"),
      genre: text("genre"),
      description: text("description"),
      ageLimit: Number(text("ageLimit")),
      ...(state !== undefined && { state }),
    };
    const saveAll = async () => {
      await changeVideo(video.mainId, values);
      for (const kind of ["poster", "teaser"] as const) {
        const chosen = file(kind);
        if (chosen !== undefined) await putExtra(video.mainId, kind, chosen);
      }
    };
    attempt(saveAll(), onChanged);
  };

  const sendAddress = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [url, hash] = [String(form.get("url")).trim(), String(form.get("sha256")).trim().toLowerCase()];
    let plays = false;
    attempt(
      registerAddress(video.mainId, url, hash).then((answer) => {
        plays = answer.playsInBrowser;
      }),
      () => setSaid(t(plays ? "provider.addressPlays" : "provider.addressNoPlays")),
    );
  };

  const field = (name: string, label: string, value: string, most: number) => (
    <div className="field">
      <label htmlFor={`${id}${name}`}>{label}</label>
      <input id={`${id}${name}`} name={name} defaultValue={value} maxLength={most} required={name === "title"} />
    </div>
  );

  return (
    <div className="video-editor">
      {error !== undefined && <ErrorNotice message={reason(error)} />}
      {said !== undefined && <Hint>{said}</Hint>}
      <form className="data-form" onSubmit={save}>
        {field("title", t("studio.field.title"), video.title, 200)}
        {field("copyright", t("studio.field.copyright"), video.copyright, 200)}
        {field("genre", t("provider.field.genre"), video.genre, 100)}
        <div className="field">
          <label htmlFor={`${id}state`}>{t("provider.state")}</label>
          <select id={`${id}state`} name="state" defaultValue={video.state}>
            {GIVEN_STATES.map((state) => (
              <option key={state} value={state} disabled={state === "public" && video.mainUrl === null}>
                {t(`provider.state.${state}.about`)}
              </option>
            ))}
          </select>
          {video.mainUrl === null && <p className="quiet">{t("provider.state.noMain")}</p>}
        </div>
        <div className="field">
          <label htmlFor={`${id}description`}>{t("provider.field.description")}</label>
          <textarea
            id={`${id}description`}
            name="description"
            rows={4}
            maxLength={5000}
            defaultValue={video.description}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}age`}>{t("provider.field.age")}</label>
          <input
            id={`${id}age`}
            name="ageLimit"
            type="number"
            min={0}
            max={120}
            required
            defaultValue={video.ageLimit}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}poster`}>{t("provider.poster")}</label>
          <input id={`${id}poster`} name="poster" type="file" accept="image/jpeg,image/png" />
        </div>
        <div className="field">
          <label htmlFor={`${id}teaser`}>{t("provider.teaser")}</label>
          <input id={`${id}teaser`} name="teaser" type="file" accept="video/mp4,video/webm" />
        </div>
        <div className="actions">
          <button type="submit" className="button button-main">
            {t("provider.save")}
          </button>
          {video.teaserUrl !== null && (
            <button type="button" className="button" onClick={() => attempt(removeTeaser(video.mainId), onChanged)}>
              {t("provider.removeTeaser")}
            </button>
          )}
          <button
            type="button"
            className="button"
            onClick={() => {
              if (confirm(t("provider.withdrawSure", { title: video.title })))
                attempt(withdrawVideo(video.mainId), onChanged);
            }}
          >
            {t("provider.withdraw")}
          </button>
        </div>
      </form>
      <form className="data-form" onSubmit={sendAddress}>
        <div className="field">
          <label htmlFor={`${id}url`}>{t("provider.address")}</label>
          <input id={`${id}url`} name="url" type="url" required placeholder="https://" aria-describedby={`${id}hint`} />
          <p id={`${id}hint`} className="quiet">
            {t("provider.addressHint")}
          </p>
        </div>
        <div className="field">
          <label htmlFor={`${id}hash`}>{t("provider.addressHash")}</label>
          <input id={`${id}hash`} name="sha256" required pattern="[0-9a-fA-F]{64}" />
        </div>
        <button type="submit" className="button">
          {t("provider.addressSend")}
        </button>
      </form>
      <ConditionsForm mainId={video.mainId} />
      <WebhookForm of={`videos/${video.mainId}`} />
      <SurroundingsPart mainId={video.mainId} />
    </div>
  );
}

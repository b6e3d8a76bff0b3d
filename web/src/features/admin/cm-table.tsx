import { type ReactNode, useState } from "react";
import type { AdminCm } from "../../shared/api/cms.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { WideTable } from "../../shared/ui/wide-table.tsx";

const STATES = ["all", "on", "off"] as const;
type State = (typeof STATES)[number];

/** CMs that have all the words in title, sponsor or kinds, and the state. */
function found(cms: readonly AdminCm[], query: string, state: State): AdminCm[] {
  const words = query.toLowerCase().split(/\s+/);
  return cms.filter(({ title, sponsor, kinds, active }) => {
    const text = [title, sponsor, ...kinds].join(" ").toLowerCase();
    return (state === "all" || active === (state === "on")) && words.every((word) => text.includes(word));
  });
}

export function CmTable({
  cms,
  editedId,
  onEdit,
  onSwitch,
}: {
  cms: readonly AdminCm[];
  editedId: string | undefined;
  onEdit: (cmId: string) => void;
  onSwitch: (cm: AdminCm) => void;
}): ReactNode {
  const { t } = useText();
  const [query, setQuery] = useState("");
  const [state, setState] = useState<State>("all");
  const shown = found(cms, query, state);
  return (
    <>
      <div className="actions">
        <input
          type="search"
          value={query}
          aria-label={t("cms.search")}
          placeholder={t("cms.search")}
          onChange={(event) => setQuery(event.target.value)}
        />
        <select
          value={state}
          aria-label={t("cms.state")}
          onChange={(event) => setState(STATES.find((name) => name === event.target.value) ?? "all")}
        >
          {STATES.map((name) => (
            <option key={name} value={name}>
              {t(`cms.state.${name}`)}
            </option>
          ))}
        </select>
      </div>
      {shown.length === 0 ? (
        <p className="quiet">{t("cms.none")}</p>
      ) : (
        <WideTable label={t("cms.title")}>
          <thead>
            <tr>
              <th scope="col">{t("cms.name")}</th>
              <th scope="col">{t("cms.sponsor")}</th>
              <th scope="col">{t("cms.kindsColumn")}</th>
              <th scope="col">{t("cms.state")}</th>
              <th scope="col">{t("cms.counts")}</th>
              <th scope="col">{t("admin.change")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((cm) => (
              <CmRow key={cm.id} cm={cm} isEdited={cm.id === editedId} onEdit={onEdit} onSwitch={onSwitch} />
            ))}
          </tbody>
        </WideTable>
      )}
    </>
  );
}

function CmRow({
  cm,
  isEdited,
  onEdit,
  onSwitch,
}: {
  cm: AdminCm;
  isEdited: boolean;
  onEdit: (cmId: string) => void;
  onSwitch: (cm: AdminCm) => void;
}): ReactNode {
  const { t } = useText();
  const { id, sponsor, kinds, active, house, origin, deliveries, billable, events } = cm;
  const title = cm.title === "" ? t("cms.untitled", { id: id.slice(0, 8) }) : cm.title;
  const fault = origin?.fault ?? null;
  return (
    <tr>
      <th scope="row">{title}</th>
      <td>{sponsor}</td>
      <td>{kinds.join(", ")}</td>
      <td>
        {t(active ? "cms.state.on" : "cms.state.off")}
        {fault !== null && `: ${t(`cms.fault.${fault}`)}`}
        {house && <span className="quiet"> · {t("cms.house")}</span>}
      </td>
      <td>
        {deliveries}, {billable}, {events.complete ?? 0}, {events.click ?? 0}
      </td>
      <td>
        <div className="actions">
          <button
            type="button"
            className="button"
            aria-expanded={isEdited}
            aria-label={t("cms.editTitle", { title })}
            onClick={() => onEdit(id)}
          >
            {t("cms.edit")}
          </button>
          <button type="button" className="button" onClick={() => onSwitch(cm)}>
            {t(active ? "cms.off" : "cms.on")}
          </button>
        </div>
      </td>
    </tr>
  );
}

import type { ReactNode } from "react";
import { useText } from "../../shared/i18n/text.tsx";
import { watchPath } from "../../shared/routing/addresses.ts";
import { Link } from "../../shared/routing/router.tsx";
import { formatBytes, formatTime } from "../../shared/ui/text-format.ts";
import { useUrlOf } from "../../shared/ui/use-url-of.ts";
import { type ShelfItem, shelf } from "../../shelf/page/shelf.ts";
import { KeepPart } from "./keep-part.tsx";
import { useShelf } from "./use-shelf.ts";

/** What is kept on this device, off line too; nothing while there is none. */
export function ShelfPart(): ReactNode {
  const { t } = useText();
  const { items, freeBytes } = useShelf();
  if (items.length === 0) return null;
  const used = items.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  return (
    <section aria-labelledby="shelf-title">
      <div className="library-head">
        <h2 id="shelf-title">{t("shelf.title")}</h2>
        <p className="quiet" role="status">
          {used > 0 && t("shelf.used", { used: formatBytes(used) })}
          {freeBytes !== undefined && ` ${t("shelf.free", { free: formatBytes(freeBytes) })}`}
        </p>
      </div>
      <ul className="shelf">
        {items.map((item) => (
          <ShelfRow key={item.main.mainId} item={item} />
        ))}
      </ul>
    </section>
  );
}

function ShelfRow({ item }: { item: ShelfItem }): ReactNode {
  const { t } = useText();
  const { mainId, title, durationSeconds, bytes, state } = item.main;
  return (
    <li className="card shelf-row">
      <RowPoster item={item} />
      <div className="shelf-text">
        <h3>{title}</h3>
        <p className="quiet">{`${formatTime(durationSeconds)} · ${formatBytes(bytes)}`}</p>
        <KeepPart mainId={mainId} title={title} />
        {item.step === undefined && !item.isElsewhere && (
          <div className="actions">
            {state === "kept" && (
              <Link
                href={watchPath(mainId)}
                className="button button-main"
                aria-label={t("shelf.watchTitle", { title })}
              >
                {t("home.watch")}
              </Link>
            )}
            <button
              type="button"
              className="button"
              aria-label={t("shelf.removeTitle", { title })}
              onClick={() => {
                if (confirm(t("shelf.removeSure", { title }))) void shelf.remove(mainId);
              }}
            >
              {t("shelf.remove")}
            </button>
          </div>
        )}
      </div>
    </li>
  );
}

/** Off line there is only what the main itself tells. */
function RowPoster({ item }: { item: ShelfItem }): ReactNode {
  const { poster, posterUrl } = item.main;
  const url = useUrlOf(poster) ?? posterUrl;
  return <div className="poster shelf-poster">{url !== undefined && <img src={url} alt="" />}</div>;
}

import { Menu } from "@base-ui/react/menu";
import {
  Check,
  Download,
  EllipsisVertical,
  FileText,
  HardDriveDownload,
  Link as LinkIcon,
  ListPlus,
} from "lucide-react";
import { type ReactNode, useState } from "react";
import type { LibraryVideo } from "../../shared/api/library.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { watchAddress } from "../../shared/routing/addresses.ts";
import { copyText } from "../../shared/ui/copy-text.ts";
import type { Keep } from "../shelf/keep-part.tsx";
import { isPicked, togglePicked, usePicked } from "./picked.ts";

const COPIED_MILLISECONDS = 2000;

/** What can be done with a video of the library besides watching it; open from the start. */
export function CardMenu({ video, keep }: { video: LibraryVideo; keep: Keep | undefined }): ReactNode {
  const { t } = useText();
  const { mainId, title, mainUrl, playsInBrowser } = video;
  const isListed = isPicked(usePicked(), mainId);
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    if (!(await copyText(watchAddress(mainId)))) return;
    setIsCopied(true);
    setTimeout(() => setIsCopied(false), COPIED_MILLISECONDS);
  };
  return (
    <Menu.Root defaultOpen>
      <Menu.Trigger className="icon-button card-menu" aria-label={t("home.more", { title })}>
        <EllipsisVertical aria-hidden="true" />
      </Menu.Trigger>
      <Menu.Portal container={document.getElementById("content")}>
        <Menu.Positioner className="popup-place" align="end" sideOffset={4}>
          <Menu.Popup className="popup-menu">
            {playsInBrowser && (
              <Menu.Item onClick={() => togglePicked(video)}>
                {isListed ? <Check aria-hidden="true" /> : <ListPlus aria-hidden="true" />}
                {t(isListed ? "home.list.remove" : "home.list.add")}
              </Menu.Item>
            )}
            {keep?.isOffered && !keep.wantsAccount && (
              <Menu.Item onClick={() => void keep.start()} data-keep>
                <HardDriveDownload aria-hidden="true" />
                {t(keep.isBegun ? "shelf.goOn" : "shelf.keep")}
              </Menu.Item>
            )}
            {mainUrl !== null && (
              <Menu.Item render={<a href={mainUrl} download aria-label={t("home.downloadTitle", { title })} />}>
                <Download aria-hidden="true" />
                {t("home.download")}
              </Menu.Item>
            )}
            {mainUrl !== null && (
              <Menu.Item render={<a href={`/api/mains/${mainId}/companion`} download />}>
                <FileText aria-hidden="true" />
                {t("home.companion")}
              </Menu.Item>
            )}
            {playsInBrowser && (
              <Menu.Item closeOnClick={false} onClick={() => void copy()}>
                {isCopied ? <Check aria-hidden="true" /> : <LinkIcon aria-hidden="true" />}
                <span aria-live="polite">{t(isCopied ? "home.copied" : "home.copyLink")}</span>
              </Menu.Item>
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { removeStaleFolders } from "../division/page/output-folders.ts";
import { EmbedPage } from "../features/embed/embed-page.tsx";
import { queryClient } from "../shared/api/query-client.ts";
import { loadLanguage, storedLanguage, TextProvider } from "../shared/i18n/text.tsx";
import { startApp } from "../shared/routing/install.ts";
import { App } from "./app.tsx";
import "../shared/ui/tokens.css";
import "../shared/ui/base.css";
import "../shared/ui/parts.css";
import "../features/account/account.css";
import "../features/admin/admin.css";
import "../features/home/home.css";
import "../features/provider/provider.css";
import "../features/shelf/shelf.css";
import "../features/studio/studio.css";
import "../features/watch/watch.css";
import "../features/embed/embed.css";

/** The player in another site's page: nothing of it is installed or kept. */
const isEmbedded = location.pathname === "/embed";
if (!isEmbedded) {
  startApp();
  void removeStaleFolders().catch(() => {});
}

const root = document.getElementById("app");
if (root === null) throw new Error("index.html has no #app");
await loadLanguage(storedLanguage()).catch(() => {}); // English, as far as it is not here
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <TextProvider>{isEmbedded ? <EmbedPage /> : <App />}</TextProvider>
    </QueryClientProvider>
  </StrictMode>,
);

import "../shared/no-eval.ts";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { TextProvider } from "../shared/i18n/text.tsx";
import { removeStaleFolders } from "../workers/output-folders.ts";
import { App } from "./app.tsx";
import { startApp } from "./install.ts";
import "../shared/ui/base.css";
import "../shared/ui/parts.css";
import "../features/account/account.css";
import "../features/admin/admin.css";
import "../features/home/home.css";
import "../features/provider/provider.css";
import "../features/studio/studio.css";
import "../features/watch/watch.css";

startApp();
void removeStaleFolders().catch(() => {});

const root = document.getElementById("app");
if (root === null) throw new Error("index.html has no #app");
createRoot(root).render(
  <StrictMode>
    <TextProvider>
      <App />
    </TextProvider>
  </StrictMode>,
);

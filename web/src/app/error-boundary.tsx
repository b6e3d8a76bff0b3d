import { Component, type ReactNode } from "react";
import { useText } from "../shared/i18n/text.tsx";

/** Shows what broke instead of an empty page. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | undefined }> {
  override state: { error: Error | undefined } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error === undefined ? this.props.children : <Broken error={error} />;
  }
}

function Broken({ error }: { error: Error }): ReactNode {
  const { t, reason } = useText();
  return (
    <section className="notice notice-error" role="alert">
      <h1>{t("error.title")}</h1>
      <p>{reason(error)}</p>
      <button type="button" className="button" onClick={() => location.reload()}>
        {t("error.reload")}
      </button>
    </section>
  );
}

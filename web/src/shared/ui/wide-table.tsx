import type { ReactNode } from "react";

/** A table that scrolls in its own frame where the page is narrower, by the keyboard too. @param label says what is scrolled */
export function WideTable({
  label,
  className,
  children,
}: {
  label: string;
  className?: string;
  children: ReactNode;
}): ReactNode {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a section with a name would be a landmark, beside the one around it
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to have the focus
    <div className="table-scroll" role="group" tabIndex={0} aria-label={label}>
      <table className={className}>{children}</table>
    </div>
  );
}

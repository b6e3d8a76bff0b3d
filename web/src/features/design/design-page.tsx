/** The design's tokens and every shared part in every state, light and dark. For development only: it is in no build. */
import type { ReactNode } from "react";
import { ChipsField } from "../../shared/ui/chips-field.tsx";
import { CopyField } from "../../shared/ui/copy-field.tsx";
import { DropZone } from "../../shared/ui/drop-zone.tsx";
import { Field } from "../../shared/ui/field.tsx";
import { FileButton } from "../../shared/ui/file-button.tsx";
import { FileVideo } from "../../shared/ui/file-video.tsx";
import { ErrorNotice, Hint, ProgressBar } from "../../shared/ui/notices.tsx";
import { PeriodList } from "../../shared/ui/period-list.tsx";
import tokens from "../../shared/ui/tokens.css?raw";
import { WebhookForm } from "../../shared/ui/webhook-form.tsx";
import { WideTable } from "../../shared/ui/wide-table.tsx";
import "./design.css";

const SCHEMES = ["light", "dark"] as const;
const NOTHING = new Blob();

/** Names and values of the tokens, in their order. */
const TOKENS = [...tokens.matchAll(/^ {2}(--[\w-]+):\s*([^;]+);/gm)].map(([, name = "", value = ""]) => ({
  name,
  value,
}));
const isColour = ({ value }: { value: string }): boolean => /^(light-dark\(#|#)/.test(value);

export function DesignPage(): ReactNode {
  return (
    <div className="page">
      <h1>Design</h1>
      <div className="design">
        {SCHEMES.map((scheme) => (
          <section key={scheme} aria-label={scheme} className="design-scheme" style={{ colorScheme: scheme }}>
            <h2>{scheme}</h2>
            <Tokens />
            <Parts />
          </section>
        ))}
      </div>
    </div>
  );
}

function Tokens(): ReactNode {
  return (
    <ul className="design-tokens">
      {TOKENS.map((token) => (
        <li key={token.name}>
          {isColour(token) && <span className="design-colour" style={{ background: `var(${token.name})` }} />}
          {token.name.startsWith("--space") && (
            <span className="design-space" style={{ width: `var(${token.name})` }} />
          )}
          <code>{token.name}</code>
          {token.name.startsWith("--text") && <span style={{ fontSize: `var(${token.name})` }}>Aa あ</span>}
        </li>
      ))}
    </ul>
  );
}

function Parts(): ReactNode {
  return (
    <>
      <Part name="Buttons">
        {["button", "button button-main", "button button-large", "button button-quiet"].map((names) => (
          <div key={names} className="actions">
            <button type="button" className={names}>
              {names}
            </button>
            <button type="button" className={names} disabled>
              disabled
            </button>
          </div>
        ))}
        <FileButton accept=".mp4" onFiles={() => {}}>
          FileButton
        </FileButton>
      </Part>
      <Part name="Notices">
        <Hint>Hint</Hint>
        <Hint warning>Hint, warning</Hint>
        <p className="notice notice-good">notice-good</p>
        <ErrorNotice message="ErrorNotice" />
        <ErrorNotice help="ErrorNotice with what to do" message="What went wrong" onRetry={() => {}} />
      </Part>
      <Part name="Progress">
        {[undefined, 0, 0.4, 1].map((share) => (
          <ProgressBar key={String(share)} share={share} label={`ProgressBar ${share}`} />
        ))}
      </Part>
      <Part name="Fields">
        <Field name="a" label="Field" value="value" />
        <Field name="b" label="Field, empty and required" value="" required />
        <Field name="c" type="number" label="Field, number" value={12} />
        <ChipsField name="d" label="ChipsField" initial={["one", "two"]} known={["one", "two", "three"]} hint="hint" />
        <ChipsField name="e" label="ChipsField, empty" initial={[]} known={[]} />
        <CopyField label="CopyField" text="https://cmix.example/watch" />
        <CopyField label="CopyField, long" text={"two\nlines"} isLong />
      </Part>
      <Part name="Tables">
        <PeriodList
          periods={[
            { number: 1, from: "2030-01-01", until: "2030-02-01", mainId: null, source: "granted", ended: null },
          ]}
          onEnd={() => {}}
        />
        <WideTable label="WideTable">
          <tbody>
            <tr>
              <th scope="row">WideTable</th>
              <td>{"a long row ".repeat(20)}</td>
            </tr>
          </tbody>
        </WideTable>
      </Part>
      <Part name="Files">
        <DropZone title="DropZone" or="or" choose="Choose" hint="hint" accept=".mp4" />
        <DropZone title="DropZone, compact" or="or" choose="Choose" accept=".mp4" isCompact />
        <FileVideo file={NOTHING} className="design-video" controls aria-label="FileVideo" />
      </Part>
      <Part name="Forms">
        <WebhookForm of="videos/none" />
      </Part>
    </>
  );
}

function Part({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <section className="card" aria-label={name}>
      <h3>{name}</h3>
      {children}
    </section>
  );
}

/**
 * The element that the package's `cmix/player` and a service's `/embed.js` define: `<cmix-player main="ID" service="https://…">`.
 * Importing it defines the element; it needs a page, and shows a frame of the service, whose player plays in it.
 */
export interface CmixPlayer extends HTMLElement {
  /** Attribute `main`: the id of a video in the service's library, 32 hexadecimal digits. */
  getAttribute(name: "main" | "service" | "title"): string | null;
}

declare global {
  interface HTMLElementTagNameMap {
    "cmix-player": CmixPlayer;
  }
}

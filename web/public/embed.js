/**
 * <cmix-player main="ID" service="https://…"></cmix-player>: a player of Cmix in a page of yours.
 *
 * `main` is the id of a video in the service's library; `service` may be left out where this script came from the service itself. `title` names the
 * player for those who do not see it. The service must list your site (`cmix serve --embed-sites`). As wide as its place, 16:9 unless CSS says otherwise.
 */
(() => {
  const ownService = new URL(document.currentScript?.src ?? location.href).origin;
  const STYLE = ":host{display:block;aspect-ratio:16/9}iframe{width:100%;height:100%;border:0;display:block}";

  class CmixPlayer extends HTMLElement {
    static observedAttributes = ["main", "service", "title"];

    connectedCallback() {
      this.show();
    }

    attributeChangedCallback() {
      if (this.isConnected) this.show();
    }

    show() {
      const main = this.getAttribute("main") ?? "";
      if (!/^[0-9a-f]{32}$/.test(main)) {
        console.error(
          `<cmix-player>: main="${main}" is no video's id: copy the 32 digits from its page in the library`,
        );
        return;
      }
      const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
      const style = document.createElement("style");
      style.textContent = STYLE;
      const frame = document.createElement("iframe");
      frame.src = `${new URL(this.getAttribute("service") ?? ownService).origin}/embed?main=${main}`;
      frame.title = this.getAttribute("title") ?? "Cmix";
      frame.allow = "autoplay; fullscreen; picture-in-picture; screen-wake-lock";
      root.replaceChildren(style, frame);
    }
  }

  if (customElements.get("cmix-player") === undefined) customElements.define("cmix-player", CmixPlayer);
})();

/**
 * Goes between the picture, the controls and what stands beside them by arrows and Enter alone, which is all that a television's remote
 * control has (row P5). On the picture the arrows are the player's (use-keys.ts).
 */
const PICTURE = ".stage";
const CONTROLS = ".controls";
const BESIDE = ":is(.watch-under, .watch-side)";
/** Over the picture; the sponsor's link stands beside it too, which full screen does not show. */
const OVER_PICTURE = ".stage-begun button, :fullscreen .cm-visit";
const NOTICE = ".notice";
/** Of a control; it opens above and takes the arrows for itself. */
const MENU = "[role=menu]";
const FOCUSABLE = ":is(button, a[href], summary, select, input[type=range])";

/** Handles a key, wherever in the window it was pressed: a listener of the window's outermost element. */
export function moveFocus(event: KeyboardEvent): void {
  const { key, repeat, target, currentTarget } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return;
  if (!(target instanceof HTMLElement && currentTarget instanceof Element)) return;
  if (target.closest("dialog") !== null) return; // has keys of its own
  // Held down, Enter would press what it has just led to.
  const isHeld = key === "Enter" && repeat;
  const to = isHeld ? undefined : destination(key, target, document.fullscreenElement ?? currentTarget);
  if (to === "its own key") return;
  event.preventDefault();
  to?.focus();
}

/** @returns undefined where there is nothing in that direction */
function destination(key: string, from: HTMLElement, root: Element): HTMLElement | "its own key" | undefined {
  const isArrow = key.startsWith("Arrow");
  if (from.matches(PICTURE)) return key === "Enter" ? entryOfControls(root) : "its own key";
  if (from.closest(PICTURE) !== null) return fromPicture(key, from, root);
  const menu = from.closest<HTMLElement>(MENU);
  if (menu !== null) return fromMenu(key, from, menu);
  if (!from.matches(FOCUSABLE) || !(isArrow || key === "Escape")) return "its own key";
  if (from.closest(CONTROLS) !== null) return fromControl(key, from, root);
  if (from.closest(BESIDE) !== null) return fromBeside(key, from, root);
  if (from.closest(NOTICE) !== null && key === "ArrowDown") return picture(root);
  return "its own key";
}

/** What is to be pressed over the picture: one behind another, and from there to what is above and below. */
function fromPicture(key: string, from: HTMLElement, root: Element): ReturnType<typeof destination> {
  const all = focusables(root, PICTURE);
  const at = all.indexOf(from);
  switch (key) {
    case "ArrowUp":
      return all[at - 1] ?? focusables(root, NOTICE)[0] ?? "its own key";
    case "ArrowDown":
      return all[at + 1] ?? entryOfControls(root);
    case "ArrowLeft":
    case "ArrowRight":
      return all.length > 1 ? all[key === "ArrowLeft" ? at - 1 : at + 1] : "its own key";
    default:
      return "its own key";
  }
}

function fromControl(key: string, from: HTMLElement, root: Element): ReturnType<typeof destination> {
  const [isSlider, isList] = [from.matches("input"), from.matches("select")];
  const isUpright = key === "ArrowUp" || key === "ArrowDown";
  if (key !== "Escape" && ((isSlider && !isUpright) || (isList && isUpright))) return "its own key"; // changes its value
  const all = focusables(root, CONTROLS);
  const neighbour = (by: number) => all.at((all.indexOf(from) + by) % all.length);
  switch (key) {
    case "ArrowLeft":
      return neighbour(-1);
    case "ArrowRight":
      return neighbour(1);
    case "ArrowDown":
      return isSlider ? neighbour(1) : entryBeside(root);
    case "ArrowUp":
      return root.querySelector<HTMLElement>(OVER_PICTURE) ?? picture(root);
    default:
      return picture(root);
  }
}

/** Up and down within the menu, to the side or by Escape back to its button. */
function fromMenu(key: string, from: HTMLElement, menu: HTMLElement): ReturnType<typeof destination> {
  const all = [...menu.querySelectorAll<HTMLElement>("button")];
  const at = all.indexOf(from);
  switch (key) {
    case "ArrowUp":
      return all.at(at - 1);
    case "ArrowDown":
      return all[(at + 1) % all.length];
    case "Home":
      return all[0];
    case "End":
      return all.at(-1);
    case "ArrowLeft":
    case "ArrowRight":
    case "Escape":
      return menu.parentElement?.querySelector<HTMLElement>("[aria-haspopup]") ?? undefined;
    default:
      return "its own key";
  }
}

/** Rows, one below another: what stands directly under the picture, an entry of the playlist with its buttons, a link. */
function fromBeside(key: string, from: HTMLElement, root: Element): HTMLElement | undefined {
  const all = focusables(root, BESIDE);
  const rowOf = (element: HTMLElement) => element.closest("li, .watch-under") ?? element;
  const isInRow = (element: HTMLElement | undefined) => element !== undefined && rowOf(element) === rowOf(from);
  const at = all.indexOf(from);
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const neighbour = all[key === "ArrowLeft" ? at - 1 : at + 1];
    return isInRow(neighbour) ? neighbour : undefined;
  }
  if (key === "ArrowDown") return all.slice(at).find((element) => !isInRow(element));
  if (key === "Escape") return picture(root);
  const above = all.slice(0, at).findLast((element) => !isInRow(element));
  if (above === undefined) return entryOfControls(root);
  return all.find((element) => rowOf(element) === rowOf(above));
}

/** The picture, or what is to be pressed over it. */
function picture(root: Element): HTMLElement | undefined {
  return (
    root.querySelector<HTMLElement>(`${PICTURE} [data-takes-focus]`) ??
    root.querySelector<HTMLElement>(PICTURE) ??
    undefined
  );
}

/** Play or Pause; where neither can be pressed, the first that can. */
function entryOfControls(root: Element): HTMLElement | undefined {
  const usable = focusables(root, CONTROLS).filter((one) => one.matches("button:not([aria-disabled=true])"));
  return usable.find((one) => one.matches("[data-entry]")) ?? usable[0];
}

/** The playlist's present video, or its first; without a playlist, whatever comes first. */
function entryBeside(root: Element): HTMLElement | undefined {
  const all = focusables(root, BESIDE);
  const inList = all.filter((one) => one.closest(".playlist") !== null);
  return inList.find((one) => one.closest("[aria-current]") !== null) ?? inList[0] ?? all[0];
}

const focusables = (root: Element, part: string): HTMLElement[] =>
  [...root.querySelectorAll<HTMLElement>(`${part} ${FOCUSABLE}`)].filter((element) => element.checkVisibility());

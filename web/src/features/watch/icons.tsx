import type { ReactNode } from "react";

const SHAPES = {
  play: "M8 5v14l11-7z",
  pause: "M7 5h4v14H7zm6 0h4v14h-4z",
  stop: "M6 6h12v12H6z",
  loud: "M4 9v6h4l5 4V5L8 9zm12.5 3a4 4 0 0 0-2-3.5v7a4 4 0 0 0 2-3.5zm-2-7.7v2.1a6 6 0 0 1 0 11.2v2.1a8 8 0 0 0 0-15.4z",
  mute: "M4 9v6h4l5 4V5L8 9zm11.4.9 1.3-1.3 2.1 2.1 2.1-2.1 1.3 1.3-2.1 2.1 2.1 2.1-1.3 1.3-2.1-2.1-2.1 2.1-1.3-1.3 2.1-2.1z",
  sounds:
    "M5 9v6h3l4 4V5L8 9zm10.4-1.4L14 9a4.2 4.2 0 0 1 0 6l1.4 1.4a6.2 6.2 0 0 0 0-8.8zm2.8-2.8-1.4 1.4a8.2 8.2 0 0 1 0 11.6l1.4 1.4a10.2 10.2 0 0 0 0-14.4zM3 9h1v6H3z",
  fields: "M3 5h18v2H3zm0 4h18v2H3zm4 4h14v2H7zm-4 4h14v2H3z",
  captions:
    "M4 5h16a1.5 1.5 0 0 1 1.5 1.5v11A1.5 1.5 0 0 1 20 19H4a1.5 1.5 0 0 1-1.5-1.5v-11A1.5 1.5 0 0 1 4 5zm.5 2v10h15V7zM6 10h5v1.7H7.7v.6H11V14H6zm7 0h5v1.7h-3.3v.6H18V14h-5z",
  chapters: "M4 5h3v3H4zm5 .5h11v2H9zM4 10.5h3v3H4zm5 .5h11v2H9zM4 16h3v3H4zm5 .5h11v2H9z",
  small: "M3 5h18v14H3zm2 2v10h14V7zm6 5h7v4h-7z",
  theatre: "M2 6h20v12H2zm2 2v8h16V8z",
  next: "M5 5v14l9-7zM16 5h3v14h-3z",
  previous: "M19 5v14l-9-7zM5 5h3v14H5z",
  forward: "M4 6v12l8-6zm8 0v12l8-6z",
  rewind: "M20 6v12l-8-6zm-8 0v12l-8-6z",
  up: "M12 7l7 8-1.6 1.4L12 10.2l-5.4 6.2L5 15z",
  down: "M12 17l-7-8 1.6-1.4 5.4 6.2 5.4-6.2L19 9z",
  remove: "M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12 19 17.6 17.6 19 12 13.4 6.4 19 5 17.6 10.6 12 5 6.4z",
  larger: "M4 4h6v2H6v4H4zm10 0h6v6h-2V6h-4zM4 14h2v4h4v2H4zm14 0h2v6h-6v-2h4z",
  smaller: "M8 4h2v6H4V8h4zm6 0h2v4h4v2h-6zM4 14h6v6H8v-4H4zm10 0h6v2h-4v4h-2z",
} as const;

export type IconName = keyof typeof SHAPES;

/** A picture for a control that has a name of its own. */
export function Icon({ name }: { name: IconName }): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={SHAPES[name]} />
    </svg>
  );
}

/** Whether parts of a video that is to come are hidden: by the creator's choice, never, or as marks in it say (restriction patent, Fig. 4). */
export const PROTECTIONS = ["on", "off", "auto"] as const;
export type Protection = (typeof PROTECTIONS)[number];

/** Kinds of viewers who may see hidden parts; `age` and `group` go with a number of years or a name. */
export const VIEWER_KINDS = ["premium", "signed-in", "age", "group"] as const;
export type ViewerKind = (typeof VIEWER_KINDS)[number];

/** As codec/restriction/part.ts has them. */
export const TREATMENTS = ["black", "mosaic", "picture", "text"] as const;
export const SOUNDS = ["keep", "mute", "voice", "tone"] as const;

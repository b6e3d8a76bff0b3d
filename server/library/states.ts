/** Who may see and play a video: its owner; who has its address; everyone, and the library lists it; nobody. */
export const VIDEO_STATES = ["draft", "unlisted", "public", "withdrawn"] as const;
export type VideoState = (typeof VIDEO_STATES)[number];
/** Those that an owner gives a video; withdrawing is an act of its own. */
export const GIVEN_STATES = ["draft", "unlisted", "public"] as const;
export type GivenState = (typeof GIVEN_STATES)[number];

/** The peers bring no types; lap.ts says what it uses of them. */
declare module "@ffmpeg/core";
declare module "@cycjimmy/jsmpeg-player";

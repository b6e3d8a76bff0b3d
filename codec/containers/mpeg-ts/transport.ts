/** Index of H.264 and HEVC in transport streams (ISO/IEC 13818-1), with their sound. */
import type { ByteSource } from "../../bytes/bytes.ts";
import { untaggedMatrix } from "../../format/header.ts";
import { type FoundIndex, languageField, type SourceStream } from "../source-index.ts";
import { soundCodingOf } from "../streams/sound-frames.ts";
import { PictureWalk } from "./picture-walk.ts";
import { findPackets, type PacketForm, transportParameter } from "./transport-packets.ts";
import { TransportSound } from "./transport-sound.ts";
import { type FoundSound, findStart } from "./transport-start.ts";

/** The span of so many packets' pictures tells the rate of the whole. */
const PROBE_PACKETS = 10_000;

/** Undefined where no H.264 or HEVC with its parameter sets is found. */
export async function openTransport(source: ByteSource): Promise<FoundIndex | undefined> {
  const found = findPackets(await source.read(0, Math.min(2048, source.size)));
  if (found === undefined) return undefined;
  const { form, from } = found;
  const start = await findStart(source, form, from);
  if (start === undefined) return undefined;
  const { pid, coding, facts, time, sounds } = start;
  const walk = (part: ByteSource, at: number) => new PictureWalk(part, form, start).run(at);
  const probeBytes = Math.min(PROBE_PACKETS * form.bytes, source.size);
  let span = 0;
  for await (const batch of walk(source, from)) {
    for (const { offset, timeMicroseconds } of batch) if (offset < probeBytes) span = Math.max(span, timeMicroseconds);
    if ((batch.at(-1)?.offset ?? 0) >= probeBytes) break;
  }
  return {
    container: "ts",
    streams: [
      {
        form: "ts",
        parameter: transportParameter(pid, form, coding),
        needsRate: !facts.hasRate,
        track: {
          ...facts.picture,
          id: 0,
          kind: "video",
          rotation: 0,
          mirrored: false,
          matrix: untaggedMatrix(facts.picture.height),
        },
      },
      ...sounds.map((sound) => soundStream(sound, form)),
    ],
    durationMicroseconds: (span * source.size) / probeBytes,
    beginsAtZero: true,
    structure: [],
    samples: () => walk(source, from),
    samplesIn: (part) => walk(part, 0),
    openSound: ({ pid: soundPid, codec, language = "" }) => {
      const soundCoding = soundCodingOf(codec);
      if (soundPid === undefined || soundCoding === undefined) return undefined;
      return new TransportSound({ pid: soundPid, coding: soundCoding, language }, form, time);
    },
  };
}

const soundStream = ({ stream: { pid, coding, language }, head }: FoundSound, form: PacketForm): SourceStream => ({
  form: "ts",
  parameter: transportParameter(pid, form, coding),
  track: {
    id: 0,
    kind: "audio",
    codec: head.codec,
    sampleRate: head.sampleRate,
    channels: head.channels,
    pid,
    ...languageField(language),
  },
});

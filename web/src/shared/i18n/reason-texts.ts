/** Why a file is not taken or a video not shown, by an error's `details.reason`, in both languages. */
export const reasonEn = {
  "reason.noCaptions": "“{file}”: there are no captions in this file. Choose a WebVTT (.vtt) or SubRip (.srt) file.",
  "reason.captionsCoding": "“{file}” is not text in UTF-8. Save it as UTF-8.",
  "reason.captionsTooLarge":
    "“{file}” has more than {most} bytes of captions. Choose a file with the captions of this video alone.",
  "reason.cuesTooMany": "“{file}”, line {line}: more than {most} cues. Join short ones.",
  "reason.cuesAtOnce": "“{file}”, line {line}: more than {most} cues with the same start. Join them.",
  "reason.cueTooLong": "“{file}”, line {line}: a cue of more than {most} characters. Split it into several.",
  "reason.cueTimes": "“{file}”, line {line}: these are no cue’s times. Write them as 00:01:02.500 --> 00:01:04.000.",
  "reason.cueEnd": "“{file}”, line {line}: the cue ends before it begins. Correct its times.",
  "reason.mainCut": "The main file is not whole: its end is missing. It was not sent or stored to its end.",
  "reason.notCmix": "This is no main file (.cmx): its first bytes are others.",
  "reason.newerFormat": "The main file is of a newer version of Cmix than this player.",
  "reason.mainChanged": "The file at the service is not the one that it was. Open it again.",
  "reason.notHeld": "The library does not hold this file. Get it from its owner, and open it from your disk.",
  "reason.noStore": "This browser lets no page store files. Download the .cmx, and open it from there.",
} as const;

export const reasonJa: Record<keyof typeof reasonEn, string> = {
  "reason.noCaptions": "「{file}」に字幕がありません。WebVTT（.vtt）または SubRip（.srt）のファイルを選んでください。",
  "reason.captionsCoding": "「{file}」の文字コードがUTF-8ではありません。UTF-8で保存してください。",
  "reason.captionsTooLarge":
    "「{file}」の字幕が{most}バイトを超えています。この動画の字幕だけのファイルを選んでください。",
  "reason.cuesTooMany": "「{file}」の{line}行目：字幕の数が{most}を超えています。短いものをまとめてください。",
  "reason.cuesAtOnce": "「{file}」の{line}行目：同時に始まる字幕が{most}を超えています。まとめてください。",
  "reason.cueTooLong": "「{file}」の{line}行目：1つの字幕が{most}文字を超えています。分けてください。",
  "reason.cueTimes":
    "「{file}」の{line}行目：字幕の時刻が読み取れません。00:01:02.500 --> 00:01:04.000 の形で書いてください。",
  "reason.cueEnd": "「{file}」の{line}行目：字幕の終わりが始まりより前です。時刻を直してください。",
  "reason.mainCut": "ファイルの末尾がありません。送信または保存が途中で終わったファイルです。",
  "reason.notCmix": ".cmx ファイルではありません。",
  "reason.newerFormat": "このプレーヤーより新しいバージョンのCmixで作られたファイルです。",
  "reason.mainChanged": "サービスにあるファイルが以前と異なります。もう一度開いてください。",
  "reason.notHeld": "ライブラリにこのファイルはありません。提供者から入手し、端末のファイルとして開いてください。",
  "reason.noStore": "このブラウザーではページにファイルを保存できません。.cmx をダウンロードして開いてください。",
};

import type { ComplaintReason } from "./reasons.ts";

const WORDS: Record<ComplaintReason, { en: string; ja: string }> = {
  copyright: { en: "it infringes a copyright", ja: "著作権の侵害" },
  illegal: { en: "it is illegal", ja: "違法な内容" },
  violence: { en: "violence or hate", ja: "暴力や憎悪表現" },
  minors: { en: "it harms minors", ja: "未成年者に有害" },
  misleading: { en: "it is misleading", ja: "誤解を招く内容" },
  other: { en: "another reason", ja: "その他" },
};

/** To a video's provider, in both languages. Neither who reported it nor their words, which may tell who it was. */
export const complaintMail = (title: string, reason: ComplaintReason): { subject: string; text: string } => ({
  subject: "Cmix: a video was reported / 動画が報告されました",
  text: `A viewer reported your video "${title}" to the service: ${WORDS[reason].en}. Its administrator looks at it and may withdraw it.
Of more reports of this video on the same day you get no mail.

視聴者があなたの動画「${title}」を報告しました（理由：${WORDS[reason].ja}）。管理者が確認し、公開を取り下げることがあります。
同じ日にこの動画がさらに報告されても、メールは送られません。
`,
});

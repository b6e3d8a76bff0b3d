/**
 * Why something failed, in the reader's language: by the code that the error gives as its reason (reason-texts.ts). Where it gives none, that
 * is the error's own message in English; in Japanese it is said by the service's code, as far as a viewer meets it, or by the kind of error.
 */
import { CmixError, type ErrorDetails } from "../../../../codec/page.ts";
import type { TextKey } from "./en.ts";
import type { Language } from "./language.ts";
import { reasonEn } from "./reason-texts.ts";

/** By the codes of server/http/answer-error.ts; the first is taken whose values the service told. */
const JAPANESE = new Map<unknown, readonly string[]>(
  Object.entries({
    signed_out: ["サインインしてください。"],
    credentials: ["アカウントまたはパスワードが違います。"],
    forbidden: ["このアカウントではできない操作です。"],
    not_found: ["見つかりません。削除されたか、アドレスが違います。"],
    withdrawn: ["この動画は提供者が公開を取りやめました。"],
    email_taken: ["このメールアドレスのアカウントはすでにあります。サインインしてください。"],
    too_few_points: ["ポイントが足りません。"],
    in_cm: ["CMは飛ばせません。残り{retryAfterSeconds}秒です。", "CMは飛ばせません。"],
    cm_elsewhere: ["別のウィンドウまたは別の端末でCMを表示しています。終わってからもう一度再生してください。"],
    cm_changed: ["このCMは表示できなくなりました。もう一度再生してください。"],
    cm_unsent: ["CMの一部が届いていません。もう一度再生してください。"],
    seek_first: ["再生位置がサービスと合いません。見たい位置をもう一度選んでください。"],
    ticket_used: ["再生の途中で接続が切り替わりました。もう一度再生してください。"],
    ticket_misplaced: ["再生位置がサービスと合いません。もう一度再生してください。"],
    ticket_expired: ["再生の有効期限が切れました。もう一度再生してください。"],
    foreign_session: ["この再生は別のブラウザーで始まったものです。もう一度再生してください。"],
    not_yet: ["この動画は{from}から再生できます。"],
    no_longer: ["この動画を再生できる期間は{until}で終わりました。"],
    plays_used_up: ["この動画は再生回数の上限（{plays}回）に達しました。提供者にお問い合わせください。"],
    viewer_plays_used_up: ["この動画を再生できるのは1人{playsPerViewer}回までで、すでにその回数ご覧になりました。"],
    guest_plays_used_up: [
      "アカウントなしで再生できるのは1日{guestPlaysPerDay}回までです。サインインするかアカウントを作ってください。明日になればまた再生できます。",
    ],
    play_over: ["この再生は終わりました。もう一度再生してください。"],
    too_large: ["大きすぎます。上限は{maxBytes}バイトです。"],
    too_early: ["続きを受け取れるのは{retryAfterSeconds}秒後です。"],
    too_many: [
      "回数が多すぎます。{retryAfterSeconds}秒後にもう一度試してください。",
      "回数が多すぎます。しばらくしてからもう一度試してください。",
    ],
    internal: ["サービスで問題が起きました。しばらくしてからもう一度試してください。"],
    unavailable: ["サービスが一時的に利用できません。しばらくしてからもう一度試してください。"],
    storage_full: ["サービスの保存領域がいっぱいです。管理者に知らせてください。"],
  }),
);
/** By kind, where nothing closer is known. What a service says with another code, and what is no error of ours, is given as details. */
const JAPANESE_KINDS = new Map<unknown, string>(
  Object.entries({
    input: "ファイルを最後まで読み取れません。壊れているか、途中で切れています。",
    format: "ファイルの内容が正しくありません。壊れているか、変更されています。",
    pairing: "ファイルとサービスのデータが同じ動画のものではありません。",
    unsupported: "このブラウザーでは扱えない形式です。別のブラウザーで試してください。",
    kernel: "映像の処理中に問題が起きました。",
  }),
);
const JAPANESE_UNREACHABLE = "サービスに接続できません。接続を確かめて、もう一度試してください。";

/** Codes of `details.reason` that pages have words for. */
const FILE_REASONS: ReadonlySet<string> = new Set(Object.keys(reasonEn));

/** @param say gives a text in that language */
export function reasonOf(error: Error, language: Language, say: (key: TextKey, values: Values) => string): string {
  const details = error instanceof CmixError ? error.details : {};
  const key = `reason.${details.reason}`;
  if (FILE_REASONS.has(key)) return say(key as keyof typeof reasonEn, valuesOf(details));
  if (language === "en") return asSentence(error.message);
  if (details.status === 0) return JAPANESE_UNREACHABLE;
  const templates = JAPANESE.get(details.serviceCode) ?? [];
  for (const template of templates) {
    const filled = template.replace(/\{(\w+)\}/g, (whole, name: string) => told(details[name]) ?? whole);
    if (!filled.includes("{")) return filled;
  }
  const kind = error instanceof CmixError ? JAPANESE_KINDS.get(error.code) : undefined;
  return kind ?? `詳細：${error.message}`;
}

type Values = Record<string, string | number>;

function valuesOf(details: ErrorDetails): Values {
  const isText = ([, value]: [string, unknown]) => typeof value === "string" || typeof value === "number";
  return Object.fromEntries(Object.entries(details).filter(isText)) as Values;
}

/** Messages begin small: programs put a name before them. A name or an address at the start stays as it is. */
function asSentence(message: string): string {
  const isWord = /^[a-z]+(?: |:|;|,|$)/.test(message);
  return isWord ? message.charAt(0).toUpperCase() + message.slice(1) : message;
}

function told(value: unknown): string | undefined {
  if (typeof value === "number") return String(Math.ceil(value));
  return typeof value === "string" ? value : undefined;
}

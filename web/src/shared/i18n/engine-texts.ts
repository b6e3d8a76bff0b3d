/** Words of a play in trouble, in both languages. */
export const engineEn = {
  "loss.trying": "Connection lost, trying again …",
  "loss.over": "The service cannot be reached.",
  "loss.kept": "The video goes on where it stopped, without another commercial.",
  "loss.tryNow": "Try again now",
  "embed.open": "Watch in Cmix",
};

export const engineJa: Record<keyof typeof engineEn, string> = {
  "loss.trying": "接続が切れました。再接続しています…",
  "loss.over": "サービスに接続できません。",
  "loss.kept": "接続が戻れば、CMなしで続きから再生されます。",
  "loss.tryNow": "今すぐ再接続",
  "embed.open": "Cmix で視聴",
};

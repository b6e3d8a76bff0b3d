/** To who forgot a password, in both languages: nobody knows which one its reader has. */
export const passwordMail = (link: string): { subject: string; text: string } => ({
  subject: "Cmix: a new password / 新しいパスワード",
  text: `Somebody asked for a new password for your Cmix account. Within an hour this link sets one, once:

${link}

If it was not you, do nothing: your password stays as it is.

Cmixのアカウントについて、新しいパスワードの設定が申請されました。次のリンクから、1時間以内に一度だけ設定できます。

${link}

お心当たりがなければ、このメールは無視してください。パスワードは変わりません。
`,
});

/** Words of the installed app and of what it keeps on the device, in both languages. */
export const appEn = {
  "app.title": "Open .cmx files with a double-click",
  "app.lead":
    "A .cmx file is a video that plays free behind a commercial. This page plays it, and nothing need be installed. Installed as an app, Cmix opens .cmx files from your desktop and starts without a network.",
  "app.install": "Install the app",
  "app.byMenu":
    "To install: “Install Cmix” in the address bar or menu of Chrome or Edge, “Add to Dock” in Safari. Files open by double-click with Chrome and Edge on a computer; elsewhere choose or drop them here.",
  "data.title": "Your data",
  "data.lead":
    "All of it is voluntary and stays in this browser. For a play, what matters for choosing the commercial is told to the service, which does not keep it; the player shows what was told.",
  "data.birthYear": "Year of birth",
  "data.age": "age",
  "data.gender": "Gender",
  "data.gender.female": "Female",
  "data.gender.male": "Male",
  "data.gender.other": "Other",
  "data.untold": "Prefer not to say",
  "data.languages": "Languages",
  "data.languagesHint": "Choose them, or type a code such as en. Left empty, your browser’s own.",
  "data.kinds": "Kinds of commercial you want",
  "data.genres": "Genres of video you like",
  "data.words": "Press Enter or a comma after each",
  "chips.remove": "Remove {word}",
  "chips.enter": "Press Enter to take “{word}”",
  "data.save": "Keep on this device",
  "data.saved": "Kept on this device. It counts from the next play on.",
  "data.noYear": "The year of birth is a number from {from} to {to}.",
  "data.sent": "Told to the service for this play: {what}",
  "data.sentNothing": "Nothing about you was told to the service for this play.",
  "data.guest":
    "Without an account, {plays} plays a day; with one, as many as you like, and videos stored on the device.",
  "watch.help.guestPlays": "Today’s plays without an account are used up. Sign in or make an account, and play again.",
  "watch.fullScreen": "Full screen",
  "watch.fullScreenEnd": "Leave full screen",
  "watch.offline":
    "You are off line. The file is open, but its commercial, and the small part of the video that makes it playable, come from the service: connect, then press Play.",
  "mark.title": "A mark in a picture",
} as const;

export const appJa: Record<keyof typeof appEn, string> = {
  "app.title": ".cmx ファイルをダブルクリックで開く",
  "app.lead":
    ".cmx ファイルは、CMのあとに無料で再生できる動画です。このページでそのまま再生でき、インストールは不要です。アプリとしてインストールすると、デスクトップから .cmx ファイルを直接開けるようになり、ネットワークがなくても起動します。",
  "app.install": "アプリをインストール",
  "app.byMenu":
    "インストールするには、Chrome や Edge ではアドレスバーまたはメニューの「Cmix をインストール」、Safari では「Dock に追加」を選びます。ダブルクリックで開けるのはパソコンの Chrome と Edge です。それ以外では、ここでファイルを選ぶかドロップしてください。",
  "data.title": "あなたの情報",
  "data.lead":
    "入力は任意で、すべてこのブラウザーの中だけに保存されます。再生のとき、CMの選択に必要な項目だけがサービスに伝えられ、サービスには保存されません。何を伝えたかはプレーヤーに表示されます。",
  "data.birthYear": "生まれた年（西暦）",
  "data.age": "年齢",
  "data.gender": "性別",
  "data.gender.female": "女性",
  "data.gender.male": "男性",
  "data.gender.other": "その他",
  "data.untold": "伝えない",
  "data.languages": "言語",
  "data.languagesHint": "一覧から選ぶか、ja のようなコードを入力します。空欄ならブラウザーの言語になります。",
  "data.kinds": "見たいCMの種類",
  "data.genres": "好きな動画のジャンル",
  "data.words": "1つ入力するごとにEnterキーかコンマを押します",
  "chips.remove": "{word} を削除",
  "chips.enter": "Enterキーで「{word}」を追加",
  "data.save": "この端末に保存",
  "data.saved": "この端末に保存しました。次の再生から使われます。",
  "data.noYear": "生まれた年は {from} から {to} までの数字で入力してください。",
  "data.sent": "この再生でサービスに伝えた情報：{what}",
  "data.sentNothing": "この再生では、あなたの情報は何もサービスに伝えられていません。",
  "data.guest":
    "アカウントがない場合、再生は1日 {plays} 回までです。アカウントがあれば制限はなく、動画をこの端末に保存することもできます。",
  "watch.help.guestPlays":
    "アカウントなしで再生できる本日の回数を使い切りました。サインインするかアカウントを作成して、もう一度再生してください。",
  "watch.fullScreen": "全画面",
  "watch.fullScreenEnd": "全画面を終了",
  "watch.offline":
    "オフラインです。ファイルは開いていますが、CMと、再生に必要な小さなデータはサービスから届きます。接続してから「再生」を押してください。",
  "mark.title": "映像のマーク",
};

/** Words of the installed app and of what it keeps on the device, in both languages. */
export const appEn = {
  "app.title": "Open .cmx files with a double-click",
  "app.lead":
    "A .cmx file is a video that plays free behind a commercial. This page plays it, and nothing need be installed. Installed as an app, Cmix opens .cmx files from your desktop and starts without a network.",
  "app.install": "Install the app",
  "app.byMenu":
    "To install: “Install Cmix” in the address bar or menu of Chrome or Edge, “Add to Dock” in Safari. Files open by double-click with Chrome and Edge on a computer; elsewhere choose or drop them here.",
  "watch.offline":
    "You are off line. The file is open, but its commercial, and the small part of the video that makes it playable, come from the service: connect, then press Play.",
} as const;

export const appJa: Record<keyof typeof appEn, string> = {
  "app.title": ".cmx ファイルをダブルクリックで開く",
  "app.lead":
    ".cmx ファイルは、CMのあとに無料で再生できる動画です。このページでそのまま再生でき、インストールは不要です。アプリとしてインストールすると、デスクトップから .cmx ファイルを直接開けるようになり、ネットワークがなくても起動します。",
  "app.install": "アプリをインストール",
  "app.byMenu":
    "インストールするには、Chrome や Edge ではアドレスバーまたはメニューの「Cmix をインストール」、Safari では「Dock に追加」を選びます。ダブルクリックで開けるのはパソコンの Chrome と Edge です。それ以外では、ここでファイルを選ぶかドロップしてください。",
  "watch.offline":
    "オフラインです。ファイルは開いていますが、CMと、再生に必要な小さなデータはサービスから届きます。接続してから「再生」を押してください。",
};

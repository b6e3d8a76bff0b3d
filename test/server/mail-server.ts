import { createServer, type Server } from "node:net";

/** Enough of RFC 5321 to take a message. @param mails gets each, as it came */
export function mailServer(mails: string[]): Server {
  return createServer((socket) => {
    let [text, inData] = ["", false];
    socket.setEncoding("utf8").write("220 test\r\n");
    socket.on("data", (data: string) => {
      text += data;
      for (
        let end = text.indexOf(inData ? "\r\n.\r\n" : "\r\n");
        end >= 0;
        end = text.indexOf(inData ? "\r\n.\r\n" : "\r\n")
      ) {
        const part = text.slice(0, end);
        text = text.slice(end + (inData ? 5 : 2));
        if (inData) {
          mails.push(part);
          inData = false;
          socket.write("250 taken\r\n");
        } else if (part === "DATA") {
          inData = true;
          socket.write("354 go\r\n");
        } else socket.write(part === "QUIT" ? "221 bye\r\n" : "250 ok\r\n");
      }
    });
    socket.on("error", () => {});
  });
}

import { createTransport } from "nodemailer";

export interface Mail {
  to: string;
  subject: string;
  text: string;
  /** One file, in UTF-8. */
  attachment?: { name: string; type: string; text: string };
}

export interface Mailer {
  /** @throws Error the mail server did not take it */
  send(mail: Mail): Promise<void>;
}

const TIMEOUT_MILLISECONDS = 20_000;

/** Sends through an SMTP server: `smtps://name:password@host`. */
export function smtpMailer(url: string, from = "cmix@localhost"): Mailer {
  const transport = createTransport({
    url,
    connectionTimeout: TIMEOUT_MILLISECONDS,
    socketTimeout: TIMEOUT_MILLISECONDS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async ({ to, subject, text, attachment }) => {
      await transport.sendMail({
        from,
        to,
        subject,
        text,
        attachments: attachment && [
          { filename: attachment.name, contentType: attachment.type, content: attachment.text },
        ],
      });
    },
  };
}

/** One JSON object a line. No personal data: no addresses, no attributes, no ids of plays. */
export type LogFields = Record<string, string | number | boolean | null>;
export type Log = (event: string, fields?: LogFields) => void;

/** Lines of so long go out together: whoever writes to a pipe stands still until it is done. */
const TOGETHER_MILLISECONDS = 20;

let waiting = "";

export const logToStderr: Log = (event, fields = {}) => {
  if (waiting === "") setTimeout(writeWaiting, TOGETHER_MILLISECONDS).unref();
  waiting += `${JSON.stringify({ at: new Date().toISOString(), event, ...fields })}\n`;
};

function writeWaiting(): void {
  if (waiting !== "") process.stderr.write(waiting);
  waiting = "";
}

process.once("exit", writeWaiting);

/** One JSON object a line. No personal data: no addresses, no attributes, no ids of plays. */
export type LogFields = Record<string, string | number | boolean | null>;
export type Log = (event: string, fields?: LogFields) => void;

export const logToStderr: Log = (event, fields = {}) => {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), event, ...fields })}\n`);
};

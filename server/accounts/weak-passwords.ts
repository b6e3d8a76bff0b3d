/** Passwords that are tried first: those that leaks have most often, and what says nothing. */
import { dictionary } from "@zxcvbn-ts/language-common";
import { Refusal } from "../refusal.ts";

/** Lower case; of those that leaks have most often, as zxcvbn counts them. */
const COMMON: ReadonlySet<string> = new Set(dictionary["passwords-common"]);
const DIFFERENT_LEAST = 4;

/**
 * @param place of the password in the request: `json.password`
 * @param email of its account, where it is known
 * @throws Refusal bad_request: whoever guesses would try it soon
 */
export function refuseWeakPassword(password: string, place: string, email = ""): void {
  const text = password.normalize("NFKC").trim().toLowerCase();
  const refuse = (why: string) => {
    throw new Refusal(
      "bad_request",
      `${place}: ${why}: choose another, such as four words that do not belong together`,
      {
        place,
      },
    );
  };
  if (text.length < 8) refuse("with spaces around fewer than 8 characters");
  if (new Set(text).size < DIFFERENT_LEAST) refuse(`fewer than ${DIFFERENT_LEAST} different characters`);
  if (COMMON.has(text)) refuse("it is among the passwords that are used most often");
  const address = email.trim().toLowerCase();
  if (address !== "" && (text === address || text === address.split("@")[0])) refuse("it is the e-mail address");
}

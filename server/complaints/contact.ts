/** Where whoever has to do with the service's operator finds it: an imprint, or a mailbox. */
import { z } from "zod";
import { InputError } from "../../codec/index.ts";

/**
 * @returns the address as it is shown; null for none
 * @throws InputError it is neither an https address nor an e-mail address
 */
export function checkContact(address: string | undefined): string | null {
  if (address === undefined) return null;
  const isPage = URL.canParse(address) && new URL(address).protocol === "https:";
  if (!isPage && !z.email().safeParse(address).success)
    throw new InputError(
      `contact "${address}" is no address: give a page such as https://video.example/imprint, or an e-mail address`,
    );
  return address;
}

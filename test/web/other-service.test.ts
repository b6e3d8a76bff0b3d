/** Addresses of other services, out of files and links that anyone may have written. */
import { expect, it } from "vitest";
import { otherService, sharedLink } from "../../web/src/shared/routing/other-service.ts";

const OWN = "https://cmix.example";
const ID = "0123456789abcdef0123456789abcdef";

it("is another service's origin where a page of it can be gone to safely", () => {
  expect(otherService("https://films.example/", OWN)).toBe("https://films.example");
  expect(otherService("https://films.example:8443/some/where?x#y", OWN)).toBe("https://films.example:8443");
  expect(otherService("http://localhost:8484", OWN)).toBe("http://localhost:8484");
  expect(otherService("http://127.0.0.1:8484", OWN)).toBe("http://127.0.0.1:8484");
  expect(otherService("http://[::1]:8484", OWN)).toBe("http://[::1]:8484");
});

it.each([
  "",
  "films.example",
  "http://films.example",
  "http://127.0.0.1.films.example",
  "http://localhost.films.example",
  "javascript:alert(1)",
  "data:text/html,x",
  "blob:https://films.example/1",
  "file:///etc/passwd",
  "https://user:secret@films.example",
  "//films.example",
  OWN,
  `${OWN}/watch`,
])("is none of %j", (address) => {
  expect(otherService(address, OWN)).toBeUndefined();
});

it("finds the link to a video in what another app shares, and takes no more of it than videos and a time", () => {
  const own = `Look at this: ${OWN}/watch?main=${ID}&t=42&next=//evil.example it is good`;
  expect(sharedLink(["", own, ""], OWN)).toEqual({ kind: "own", path: `/watch?main=${ID}&t=42` });
  const two = `${OWN}/watch?main=${ID}&main=${ID.replaceAll("0", "1")}&main=../../x`;
  expect(sharedLink([two], OWN)).toEqual({
    kind: "own",
    path: `/watch?main=${ID}&main=${ID.replaceAll("0", "1")}`,
  });
  expect(sharedLink(["Films", `https://films.example/watch?main=${ID}`], OWN)).toEqual({
    kind: "other",
    address: `https://films.example/watch?main=${ID}`,
  });
});

it("finds none in other texts", () => {
  for (const text of [
    "",
    "hello",
    `http://films.example/watch?main=${ID}`,
    `${OWN}/watch`,
    `${OWN}/watch?main=1`,
    "https://[",
  ])
    expect(sharedLink([text], OWN)).toBeUndefined();
});

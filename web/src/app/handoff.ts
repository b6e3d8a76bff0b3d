/** Hands a file from one page of the app to the next: the Studio's new main to Watch. */
let waiting: Blob | undefined;

export function handOver(file: Blob): void {
  waiting = file;
}

/** The file handed over; asked again, it is still there until another page's file takes its place or `drop` is called. */
export function handedOver(): Blob | undefined {
  return waiting;
}

export function dropHandedOver(): void {
  waiting = undefined;
}

/** Whether fields of different moments are shown apart, which this browser remembers. */
import { keepValues, keptValues } from "../../shared/files/kept-values.ts";
import { Store } from "../../shared/store.ts";

const KEY = "cmix-fields";

export class FieldsChoice extends Store<boolean> {
  /** @param tell tells the worker */
  constructor(private readonly tell: (isOn: boolean) => Promise<void>) {
    super(keptValues(KEY).isOff !== true);
    void tell(this.current);
  }

  /** Counts from the next picture on. */
  choose(isOn: boolean): void {
    keepValues(KEY, { isOff: !isOn });
    this.set(isOn);
    void this.tell(isOn);
  }
}

import { useCallback, useState } from "react";
import { keepValues, keptValues } from "../../shared/files/kept-values.ts";

const KEY = "cmix-theatre";

/** Whether the picture takes the page's whole width, in this browser. */
export function useTheatre(): { isOn: boolean; toggle(): void } {
  const [isOn, setOn] = useState(() => keptValues(KEY).isOn === true);
  const toggle = useCallback(
    () =>
      setOn((was) => {
        keepValues(KEY, { isOn: !was });
        return !was;
      }),
    [],
  );
  return { isOn, toggle };
}

/** Addresses of this app: the pages' one way to the router. */
import { useLocation, useSearch } from "wouter";

export { Link } from "wouter";
export { navigate } from "wouter/use-browser-location";

/** The address shown; a page's component is drawn anew when it changes. */
export function useAddress(): URL {
  const [path] = useLocation();
  const search = useSearch();
  return new URL(`${path}${search === "" ? "" : `?${search}`}`, location.origin);
}

/** At every level of the tree, the files and sub-folders of a folder import one another in one direction: no circle, however long. */
import { describe, expect, it } from "vitest";
import { importsOf, listFiles } from "../support/tree.ts";

const CODE = [".ts", ".tsx", ".mjs"];
const SOURCES = ["assembly", "codec", "cli", "server", "web"].flatMap((folder) => listFiles(folder, CODE));

type Graph = Map<string, Map<string, string>>;

/**
 * Who imports whom among the files and sub-folders of each folder.
 *
 * @returns by folder: from a child to the children it imports, each with one import that shows it
 */
function graphs(edges: readonly { from: string; to: string }[]): Map<string, Graph> {
  const byFolder = new Map<string, Graph>();
  for (const { from, to } of edges) {
    const a = from.split("/");
    const b = to.split("/");
    let level = 0;
    while (a[level] !== undefined && a[level] === b[level]) level += 1;
    if (level >= a.length || level >= b.length) continue;
    const folder = a.slice(0, level).join("/");
    const graph: Graph = byFolder.get(folder) ?? new Map();
    byFolder.set(folder, graph);
    const child = graph.get(a[level] as string) ?? new Map<string, string>();
    graph.set(a[level] as string, child);
    child.set(b[level] as string, `${from} imports ${to}`);
  }
  return byFolder;
}

/** A circle's imports, one a step; empty where the graph has none. */
function circleIn(graph: Graph): string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): string[] => {
    const at = path.indexOf(node);
    if (at >= 0) {
      const circle = [...path.slice(at), node];
      return circle.slice(1).map((to, i) => graph.get(circle[i] as string)?.get(to) ?? "");
    }
    if (done.has(node)) return [];
    path.push(node);
    for (const to of graph.get(node)?.keys() ?? []) {
      const found = visit(to);
      if (found.length > 0) return found;
    }
    path.pop();
    done.add(node);
    return [];
  };
  for (const node of graph.keys()) {
    const found = visit(node);
    if (found.length > 0) return found;
  }
  return [];
}

const circlesOf = (edges: readonly { from: string; to: string }[]): string[] =>
  [...graphs(edges)].flatMap(([folder, graph]) => {
    const circle = circleIn(graph);
    return circle.length === 0 ? [] : [`${folder || "the tree"}: ${circle.join("; ")}`];
  });

describe("imports form no circle", () => {
  it("between the files and folders of any folder", () => {
    const known = new Set(SOURCES);
    const edges = SOURCES.flatMap((from) =>
      importsOf(from)
        .map(({ target }) => (known.has(target) ? target : `${target}.ts`))
        .filter((to) => known.has(to))
        .map((to) => ({ from, to })),
    );
    expect(edges.length).toBeGreaterThan(1000);
    expect(circlesOf(edges)).toEqual([]);
  });

  it("and one of three folders, or of a folder and a file, would be found", () => {
    const circle = [
      { from: "a/one.ts", to: "b/one.ts" },
      { from: "b/two.ts", to: "c/one.ts" },
      { from: "c/two.ts", to: "a/two.ts" },
    ];
    expect(circlesOf(circle)).toHaveLength(1);
    expect(circlesOf(circle.slice(1))).toEqual([]);
    expect(
      circlesOf([
        { from: "a/x/one.ts", to: "a/top.ts" },
        { from: "a/top.ts", to: "a/x/two.ts" },
      ]),
    ).toHaveLength(1);
  });
});

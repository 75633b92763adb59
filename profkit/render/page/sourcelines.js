// Lines of the source files, with what each took. See profkit/views/lines.py, which this agrees with.
import { charges, sums } from "profkit/analysis";

const COMPILED = ["native", "builtin"];

/** Return the number of each node's source file (-1 without one): libraries are none. */
export function filesOf({ functions }, tree) {
  const hasLines = new Uint8Array(functions.files.length);
  for (let i = 0; i < tree.size; i++) {
    if (tree.line[i] > 0 && functions.fileOf[tree.fn[i]] >= 0) hasLines[functions.fileOf[tree.fn[i]]] = 1;
  }
  const ofFunction = functions.fileOf.map((file, fn) => {
    const kind = functions.kindName(fn);
    return kind === "shared-library" || (COMPILED.includes(kind) && !hasLines[file]) ? -1 : file;
  });
  return tree.fn.map((fn) => (tree.isHidden[fn] ? -1 : ofFunction[fn]));
}

/** Return {rows, elsewhere}: what each file took, and what code without a source took. */
export function rankFiles(model, tree, files, isOwned) {
  const names = model.functions.files;
  const figures = figuresOf(tree, files, names.length, isOwned);
  const rows = names
    .map((name, file) => ({ file, name, ...figures(file) }))
    .filter((row) => row.self || row.total);
  const whole = tree.self.reduce((sum, value) => sum + value, 0);
  return { rows, elsewhere: whole - rows.reduce((sum, row) => sum + row.self, 0) };
}

/** Return what each line of a file took, by the line's number. */
export function linesOf(tree, files, file, isOwned) {
  const numbers = new Map();
  const of = new Int32Array(tree.size).fill(-1);
  for (let i = 0; i < tree.size; i++) {
    const line = tree.line[i];
    if (files[i] !== file || line <= 0) continue;
    if (!numbers.has(line)) numbers.set(line, numbers.size);
    of[i] = numbers.get(line);
  }
  const figures = figuresOf(tree, of, numbers.size, isOwned);
  const rows = [...numbers].map(([line, number]) => [line, figures(number)]);
  return new Map(rows.filter(([, { self, total }]) => self || total));
}

function figuresOf(tree, of, groups, isOwned) {
  const { self, total } = sums(tree, of, groups);
  const charged = charges(tree, of, groups, isOwned);
  return (group) => ({ self: self[group], charged: charged[group], total: total[group] });
}

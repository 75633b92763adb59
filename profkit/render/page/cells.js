// Columns that several tables have: figures, shares, functions and where they are.
import { pointsOf } from "profkit/change";
import { percent } from "profkit/format";

const [HOT, WARM, COLD] = [0.1, 0.03, 0.01];

/** Return what a share says about how much it matters: hot, warm, nothing or cold. */
function heat(share) {
  const part = Math.abs(share);
  return part >= HOT ? "hot" : part >= WARM ? "warm" : part >= COLD ? "" : "cold";
}

/**
 * Return two columns: an amount, and its share of the whole. `scale` is that of tools.js, and
 * `isShort` leaves the share out on a phone.
 */
export function figureColumns(scale, key, { word = key, isShort = false } = {}) {
  const { format, divisor } = scale;
  return [
    {
      key,
      title: `${word} ${format.label}`,
      kind: "figure",
      order: -1,
      cell: (row) => ({ text: row[key] ? format.number(row[key]) : "" }),
      value: (row) => row[key] / divisor,
    },
    {
      ...shareColumn(key, `${word} %`, (row) => row[key], scale.whole),
      kind: isShort ? "share long" : "share",
    },
  ];
}

/** Return a column of shares with bars; a click on its header sorts by what it is a share of. */
export function shareColumn(key, title, part, whole) {
  return {
    key,
    title,
    kind: "share",
    order: -1,
    cell(row) {
      const value = part(row);
      const all = whole(row);
      const share = all ? value / all : 0;
      return {
        text: value ? percent(value, all).replace(" %", "") : "",
        share,
        heat: heat(share),
      };
    },
  };
}

/**
 * Return columns of a figure on two sides: its share before and after, and how many points it changed
 * by. Rows have it as `key`, of the candidate, `keyBase` and `keyChange`; they are sorted by how much
 * changed, whichever way.
 */
export function sideColumns(scale, key, { isShort = false } = {}) {
  const [base, change] = [`${key}Base`, `${key}Change`];
  const long = isShort ? "share long" : "share";
  return [
    { ...shareColumn(base, `${key} from %`, (row) => row[base], scale.wholeBase), kind: "share long" },
    { ...shareColumn(key, `${key} to %`, (row) => row[key], scale.whole), kind: "share long" },
    {
      key: change,
      title: `${key} ±`,
      kind: long,
      order: -1,
      size: (row) => Math.abs(row[change]),
      cell: (row) => ({
        text: row[change] ? pointsOf(row[change]) : "",
        share: Math.min(1, Math.abs(row[change])),
        heat: row[change] > 0 ? "worse" : "better",
      }),
      value: (row) => 100 * row[change],
    },
  ];
}

/** Return the column that tells which rows are on one side only. */
export const stateColumn = {
  key: "state",
  title: "",
  kind: "number",
  cell: (row) => ({ text: row.totalBase ? (row.total ? "" : "vanished") : "new" }),
};

/** Return the columns of a function; `fnOf` tells which one a row is about. */
export function functionColumns({ functions }, fnOf = (row) => row.fn) {
  const whole = (fn) => `${functions.name(fn)}\n${fullPlace(functions, fn) || functions.kindName(fn)}`;
  return [
    {
      key: "name",
      title: "function",
      kind: "name",
      order: 1,
      cell(row) {
        const fn = fnOf(row);
        const color = `var(--${functions.palette[functions.swatch[fn]]})`;
        return { text: functions.name(fn), title: whole(fn), color };
      },
    },
    {
      key: "package",
      title: "package",
      kind: "package",
      order: 1,
      cell: (row) => ({ text: functions.package(fnOf(row)) }),
    },
    {
      key: "place",
      title: "place",
      kind: "place",
      order: 1,
      cell(row) {
        const fn = fnOf(row);
        const text = functions.place(fn) || `(${functions.kindName(fn)})`;
        return { text, title: fullPlace(functions, fn) || text };
      },
    },
  ];
}

/** Return where a function is, with its file's whole path. */
export function fullPlace(functions, fn) {
  const [file, line] = [functions.file(fn), functions.line[fn]];
  return file && line > 0 ? `${file}:${line}` : file;
}

// The order of rows. The state has it as one word: a column's key, after a dash where the order is
// not the one that the column begins with.

/** Return {key, order} as asked for, where a column has it, else the given one. */
export function sortOf(word, columns, otherwise) {
  const isTurned = word.startsWith("-");
  const column = columns.find(({ key, order }) => order && key === (isTurned ? word.slice(1) : word));
  if (!column) return { key: otherwise, order: columns.find(({ key }) => key === otherwise).order };
  return { key: column.key, order: isTurned ? -column.order : column.order };
}

/** Return the word for what a click on a column's header asks for. */
export function clicked(key, columns, { key: before, order }) {
  const first = columns.find((column) => column.key === key).order;
  return key === before && order === first ? `-${key}` : key;
}

/** Return what compares rows: figures as they are, texts as cells show them, and then by `last`. */
export function comparison({ key, order }, columns, last) {
  const column = columns.find((one) => one.key === key);
  const isFigure = column.order < 0;
  const size = column.size ?? ((row) => row[key]);
  return (a, b) => {
    if (isFigure) return order * (size(a) - size(b)) || last(a, b);
    const [one, other] = [column.cell(a).text, column.cell(b).text];
    return one === other ? last(a, b) : one < other ? -order : order;
  };
}

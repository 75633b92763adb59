// Rows that leave the page: as text to paste, as a file for spreadsheets.
import { element } from "profkit/dom";

// As the first letter these make a formula of a text, and a name in a profile may be anybody's; the
// wide ones do in East Asian spreadsheets. See OWASP's "CSV Injection".
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** Return a header and rows of texts and numbers, as spreadsheets take them from the clipboard. */
export function toTsv(header, rows) {
  const field = (value) => harmless(value).replace(/[\t\r\n]/g, " ");
  return [header, ...rows].map((row) => `${row.map(field).join("\t")}\n`).join("");
}

/** Return them as CSV by RFC 4180. */
export function toCsv(header, rows) {
  const field = (value) => {
    const text = harmless(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [header, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function harmless(value) {
  if (typeof value === "number") return String(value);
  const text = value ?? "";
  return FORMULA.test(text) ? `'${text}` : text;
}

/** Return the header and the rows of a table: what its columns have as values, else as texts. */
export function cellsOf(columns, rows) {
  const told = columns.filter((column) => column.title && !column.kind.startsWith("share"));
  const value = (column, row) => (column.value ? column.value(row) : column.cell(row).text);
  return [told.map((column) => column.title), rows.map((row) => told.map((column) => value(column, row)))];
}

/** Put a text on the clipboard; also where the page is a file and has no leave for the newer way. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = element("textarea", { class: "copied", "aria-hidden": "true" });
    const before = document.activeElement;
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    before?.focus();
  }
}

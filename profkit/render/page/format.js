// Amounts as people read them: one scale for all, shares with one decimal.

/** Return the words for amounts of a value type: `amount(value)`, `percent(value, whole)`. */
export function formatOf({ divisor, decimals, label }) {
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  const numbers = new Intl.NumberFormat("en-US", divisor === 1 ? {} : digits);
  const number = (value) => numbers.format(value / divisor);
  return { number, amount: (value) => `${number(value)} ${label}`, percent, label };
}

/** Return a share in percent with one decimal; `-` of nothing. */
export function percent(value, whole) {
  if (!whole) return "-";
  const text = ((100 * value) / whole).toFixed(1);
  return `${text === "-0.0" ? "0.0" : text} %`;
}

const UNITS = [["s", 1e9, 2], ["ms", 1e6, 1], ["µs", 1e3, 1]];

/** Return a time that stands alone, in the unit that suits it. */
export function duration(nanoseconds) {
  for (const [unit, divisor, decimals] of UNITS) {
    if (Math.abs(nanoseconds) >= divisor) return `${(nanoseconds / divisor).toFixed(decimals)} ${unit}`;
  }
  return `${Math.round(nanoseconds)} ns`;
}

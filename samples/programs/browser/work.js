'use strict';

// Work for the processor, in functions whose shares are easy to tell apart.

function createRows(count) {
  const rows = [];
  for (let i = 0; i < count; i++) {
    rows.push({ id: i, name: `row ${(i * 7919) % count}`, value: (i * 104729) % 1000 });
  }
  return rows;
}

function compareRows(a, b) {
  return a.name.localeCompare(b.name) || a.id - b.id;
}

function sortRows(rows) {
  return [...rows].sort(compareRows);
}

function hash(text) {
  let value = 5381;
  for (let i = 0; i < text.length; i++) {
    value = (value * 33 + text.charCodeAt(i)) | 0;
  }
  return value;
}

function hashRows(rows) {
  let all = 0;
  for (const row of rows) {
    all ^= hash(JSON.stringify(row));
  }
  return all;
}

function fibonacci(n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

function findNames(rows) {
  return rows.filter(row => /^row \d*(7|13)\d*9$/.test(row.name)).length;
}

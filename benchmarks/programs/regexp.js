'use strict';

// Regular expressions that stay in the engine for long, called from a few places.

const lines = Array.from({ length: 4000 }, (_, i) =>
  `192.0.2.${i % 256} - - [29/Feb/2024:12:${String(i % 60).padStart(2, '0')}:00 +0000] ` +
  `"GET /users/${i}?sort=name&page=${i % 9} HTTP/1.1" 200 ${i * 37} "-" "Mozilla/5.0 (X11; Linux x86_64)"`);

const LOG_LINE = /^(\S+) (\S+) (\S+) \[([^\]]+)\] "(\w+) ([^" ]+) HTTP\/([\d.]+)" (\d{3}) (\d+) "([^"]*)" "([^"]*)"$/;

function parseLines() {
  return lines.map(line => LOG_LINE.exec(line)).filter(Boolean).length;
}

function replaceNumbers() {
  return lines.join('\n').replace(/\d+/g, number => (number.length > 3 ? 'N' : 'n')).length;
}

function backtrack() {
  return /^(a|aa)+$/.test(`${'a'.repeat(26)}b`);
}

function unicodeWords() {
  return (lines.join(' ').match(/\p{Lu}\p{Ll}+/gu) || []).length;
}

function named() {
  return lines.filter(line => /page=(?<page>[1357])\b/.test(line)).length;
}

const until = Date.now() + 4000;
while (Date.now() < until) {
  parseLines();
  replaceNumbers();
  backtrack();
  unicodeWords();
  named();
}

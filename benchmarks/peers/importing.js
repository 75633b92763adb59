'use strict';

// speedscope's importers, out of the page that its npm package publishes.

const { readFileSync, readdirSync } = require('node:fs');
const { basename, join } = require('node:path');
const { find, reach } = require('./page.js');

/** Imports a file, as the page does; the promise is of its group of profiles. */
function importFile(folder, file) {
  const release = join(folder, 'node_modules/speedscope/dist/release');
  const name = readdirSync(release).find(entry => /^speedscope-.*\.js$/.test(entry));
  const script = readFileSync(join(release, name), 'utf8');

  // The importers are a module of their own, which the page's start names with its first run.
  const [, importers] = find(
    script, /\((\w+),\{(?:\w+:\(\)=>\w+,)*importProfilesFromArrayBuffer:/, 'the importer');
  const { index: start, 1: run } = find(
    script, new RegExp(`var \\w+=Promise\\.resolve\\(\\)\\.then\\(\\(\\)=>\\((\\w+)\\(\\),${importers}\\)`), 'the start');

  const { importProfilesFromArrayBuffer } = reach(
    script, start, `${run}();globalThis.reached=${importers};return;`);
  const { buffer, byteOffset, length } = readFileSync(file);
  return importProfilesFromArrayBuffer(
    basename(file), buffer.slice(byteOffset, byteOffset + length));
}

module.exports = { importFile };

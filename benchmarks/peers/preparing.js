'use strict';

// CPUpro's model, out of the report page that its npm package publishes.

const { createReadStream, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Readable } = require('node:stream');
const { createGunzip } = require('node:zlib');
const { find, reach } = require('./page.js');

/** Loads a file and prepares its data, as the page does; the promise is of the model's data. */
async function prepareFile(folder, file) {
  const page = readFileSync(join(folder, 'node_modules/cpupro/build/report.html'), 'utf8');
  const script = find(page, /<script>([^]*?)<\/script>/, 'the script')[1];

  const [, encodings, setup] = find(script, /encodings:(\w+),context:\w+,setup:(\w+),/, 'the set-up');
  const [, model] = find(script, /\bModel:\(\)=>(\w+)/, 'the model');
  // Modules are functions that are run when first needed: `var a,b,run=module(()=>{…})`.
  const run = name =>
    find(script, new RegExp(`var (?:\\w+,)*${name},(?:\\w+,)*(\\w+)=\\w+\\(\\(\\)=>\\{`), name)[1];
  const modules = [encodings, setup, model].map(name => `${run(name)}()`).join(',');
  const start = find(script, /\w+\(Promise\.resolve\(\)\.then\(\(\)=>\(/, 'the start').index;

  const { Model, ...options } = reach(script, start,
    `${modules};globalThis.reached={Model:${model},setup:${setup},encodings:${encodings}};return;`);

  const cpupro = new Model(options);
  const plain = createReadStream(file);
  const stream = file.endsWith('.gz') ? plain.pipe(createGunzip()) : plain;
  await cpupro.loadDataFromStream(Readable.toWeb(stream));
  return cpupro.data;
}

module.exports = { prepareFile };

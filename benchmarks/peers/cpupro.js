'use strict';

// node cpupro.js FOLDER PROFILE
//
// What CPUpro does from the file given to its data prepared: its report page's model (without the
// views) loads the file as a stream and prepares it. FOLDER has node_modules/cpupro.

const { createReadStream, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Readable } = require('node:stream');
const { find, reach } = require('./page.js');

const [folder, profile] = process.argv.slice(2);
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
cpupro.loadDataFromStream(Readable.toWeb(createReadStream(profile))).then(() => {
  const { samples, callFramesTree } = cpupro.data.currentProfile;
  console.log(`${samples.length} samples, ${callFramesTree.nodes.length} nodes`);
});

'use strict';

// node cpupro.js FOLDER PROFILE [figures]
//
// What CPUpro does from the file given to its data prepared: its report page's model (without the
// views) loads the file as a stream and prepares it. FOLDER has node_modules/cpupro.
// With `figures`: self and total by function name, in microseconds.

const { createReadStream, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Readable } = require('node:stream');
const { byName } = require('./figures.js');
const { find, reach } = require('./page.js');

const [folder, profile, figures] = process.argv.slice(2);
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
  const { samples, callFramesTree, callFramesTreeTimings } = cpupro.data.currentProfile;
  if (figures) {
    const { dictionary, nodes, subtreeSize } = callFramesTree;
    const { figures, enter, leave } = byName();
    const ends = [];
    for (let node = 1; node <= nodes.length; node++) {
      while (ends.length && node > ends.at(-1)) { ends.pop(); leave(); }
      if (node === nodes.length) break;
      enter(dictionary[nodes[node]].name, callFramesTreeTimings.selfTimes[node]);
      ends.push(node + subtreeSize[node]);
    }
    console.log(JSON.stringify({ '': figures }));
    return;
  }
  console.log(`${samples.length} samples, ${callFramesTree.nodes.length} nodes`);
});

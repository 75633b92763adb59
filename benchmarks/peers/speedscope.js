'use strict';

// node speedscope.js FOLDER PROFILE
//
// What speedscope does from the file given to its profiles imported, without its views. FOLDER has
// node_modules/speedscope.

const { readFileSync } = require('node:fs');
const { basename } = require('node:path');
const { importer } = require('./speedscope_importer.js');

const [folder, profile] = process.argv.slice(2);
const { buffer } = readFileSync(profile);

importer(folder)(basename(profile), buffer).then(group => {
  for (const { samples, appendOrderCalltreeRoot } of group.profiles) {
    console.log(`${samples.length} samples, ${appendOrderCalltreeRoot.children.length} roots`);
  }
});

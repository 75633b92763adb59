'use strict';

// node speedscope.js FOLDER PROFILE
//
// What speedscope does from the file given to its profiles imported, without its views. FOLDER has
// node_modules/speedscope.

const { importFile } = require('./importing.js');

const [folder, profile] = process.argv.slice(2);
importFile(folder, profile).then(group => {
  for (const { samples, appendOrderCalltreeRoot } of group.profiles) {
    console.log(`${samples.length} samples, ${appendOrderCalltreeRoot.children.length} roots`);
  }
});

'use strict';

// node cpupro.js FOLDER PROFILE
//
// What CPUpro does from the file given to its data prepared: its report page's model (without the
// views) loads the file as a stream and prepares it. FOLDER has node_modules/cpupro.

const { prepareFile } = require('./preparing.js');

const [folder, profile] = process.argv.slice(2);
prepareFile(folder, profile).then(({ currentProfile: { samples, callFramesTree } }) => {
  console.log(`${samples.length} samples, ${callFramesTree.nodes.length} nodes`);
});

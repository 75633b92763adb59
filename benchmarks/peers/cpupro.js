'use strict';

// node cpupro.js FOLDER PROFILE [figures]
//
// What CPUpro does from the file given to its data prepared: its report page's model (without the
// views) loads the file as a stream and prepares it. FOLDER has node_modules/cpupro.
// With `figures`: self and total by function name, in microseconds.

const { byName } = require('./figures.js');
const { prepareFile } = require('./preparing.js');

const [folder, profile, figures] = process.argv.slice(2);
prepareFile(folder, profile).then(({ currentProfile }) => {
  const { samples, callFramesTree, callFramesTreeTimings } = currentProfile;
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

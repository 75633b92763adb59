'use strict';

// jsonwebtoken 8 depends on a module that patches SlowBuffer, which Node 25
// removed; an alias lets one set of packages run on Node 8 to 26.

const buffer = require('buffer');

if (!buffer.SlowBuffer) {
  buffer.SlowBuffer = buffer.Buffer;
}

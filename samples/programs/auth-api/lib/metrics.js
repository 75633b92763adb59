'use strict';

// Counts finished requests by path and status.

const onFinished = require('on-finished');

const counts = Object.create(null);

function metrics(req, res, next) {
  onFinished(res, function countRequest() {
    const key = `${req.path} ${res.statusCode}`;
    counts[key] = (counts[key] || 0) + 1;
  });
  next();
}

module.exports = { counts, metrics };

'use strict';

// An authentication service: log-in, a query over the users, a health check.
//
//   PORT         where to listen on 127.0.0.1 (default 3000)
//   LOGGER=off   leaves the request logger out
//
// Every request is logged to standard output. Where that is a terminal, each
// write is synchronous: the service waits until the terminal has taken it.

require('./lib/compat');

const express = require('express');
const morgan = require('morgan');
const auth = require('./lib/auth');
const { counts, metrics } = require('./lib/metrics');
const users = require('./lib/users');

const port = Number(process.env.PORT || 3000);

function createApp() {
  const app = express();
  app.disable('x-powered-by');

  app.use(metrics);

  if (process.env.LOGGER !== 'off') {
    app.use(morgan('combined', { stream: process.stdout }));
  }

  app.use(express.json());

  app.get('/health', function health(req, res) {
    res.json({ status: 'ok', counts });
  });

  app.post('/login', function login(req, res, next) {
    auth.logIn(req.body).then(token => res.json({ token }), next);
  });

  app.get('/users', auth.requireToken, function queryUsers(req, res, next) {
    users.query(req.query).then(answer => res.json(answer), next);
  });

  app.use(function onError(error, req, res, next) { // eslint-disable-line no-unused-vars
    res.status(error.status || 500).json({ error: error.message });
  });

  return app;
}

const server = createApp().listen(port, '127.0.0.1', function listening() {
  process.stderr.write(`listening on ${port}\n`);
});

function stop() {
  process.exit(0);
}

process.on('SIGTERM', stop);
process.on('SIGINT', stop);

module.exports = server;

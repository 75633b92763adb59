'use strict';

const crypto = require('crypto');
const Promise = require('bluebird');
const jwt = require('jsonwebtoken');
const users = require('./users');

const KEY = process.env.KEY || 'an-example-key';

const sign = Promise.promisify(jwt.sign);
const verify = Promise.promisify(jwt.verify);

class Refused extends Error {
  constructor(message) {
    super(message);
    this.status = 401;
  }
}

function digest(salt, password) {
  return crypto.createHash('sha256').update(salt).update(password).digest('hex');
}

function logIn(credentials) {
  return users.findByName(credentials.name)
    .then(function checkPassword(user) {
      if (!user || digest(user.salt, String(credentials.password)) !== user.digest) {
        throw new Refused('unknown name or wrong password');
      }
      return sign({ sub: user.id, role: user.role }, KEY, { expiresIn: '1h' });
    });
}

function requireToken(req, res, next) {
  const header = req.headers.authorization || '';
  if (!header.startsWith('Bearer ')) {
    next(new Refused('no token'));
    return;
  }
  verify(header.slice(7), KEY).then(
    function accept(claims) {
      req.claims = claims;
      next();
    },
    () => next(new Refused('bad token'))
  );
}

module.exports = { digest, logIn, requireToken };

'use strict';

const crypto = require('crypto');
const Promise = require('bluebird');
const _ = require('lodash');

const COUNT = Number(process.env.USERS || 120);
const ROLES = ['admin', 'editor', 'reader', 'guest'];
const TEAMS = ['billing', 'search', 'support', 'platform', 'mobile'];

function createUser(id) {
  const salt = `salt-${id}`;
  return {
    id,
    name: `user${id}`,
    salt,
    digest: crypto.createHash('sha256').update(salt).update(`password${id}`).digest('hex'),
    role: ROLES[(id * 7) % ROLES.length],
    team: TEAMS[(id * 13) % TEAMS.length],
    logins: (id * 7919) % 1000,
    active: id % 5 !== 0
  };
}

const all = _.times(COUNT, createUser);
const byName = _.keyBy(all, 'name');

function findByName(name) {
  return Promise.resolve(byName[name]);
}

function summarise(members, team) {
  return {
    team,
    count: members.length,
    logins: _.sumBy(members, 'logins'),
    top: _.map(_.take(members, 3), user => _.pick(user, ['id', 'name', 'logins']))
  };
}

function query(params) {
  return Promise.resolve(all)
    .then(function filterUsers(list) {
      return _.filter(list, user => user.active && (!params.role || user.role === params.role));
    })
    .then(function sortUsers(list) {
      return _.orderBy(list, [params.sort || 'logins', 'id'], ['desc', 'asc']);
    })
    .then(function groupUsers(list) {
      return _.map(_.groupBy(list, 'team'), summarise);
    });
}

module.exports = { findByName, query };

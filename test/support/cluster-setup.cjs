// A .cjs file, because jest wants the function as the module itself and the house has no default exports.
const { startCluster } = require('./cluster');

module.exports = () => startCluster();

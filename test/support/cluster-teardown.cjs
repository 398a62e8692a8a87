const { stopCluster } = require('./cluster');

module.exports = () => stopCluster();

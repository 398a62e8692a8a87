module.exports = () => require('./cluster').stopCluster();

// Where this package stands. CommonJS, so that the same source finds it run as ES modules and compiled to CommonJS.
exports.folder = __dirname;
exports.requireCache = require.cache;

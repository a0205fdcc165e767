// A CommonJS program of two modules.
const { makeThing } = require("./make.js");

exports.value = makeThing("thing").value;

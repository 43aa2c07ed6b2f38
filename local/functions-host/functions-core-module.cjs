// What `require('@azure/functions-core')` gives: see functions-core.ts, which puts the object there. The names are
// spelled out so that Node finds them when an ES module imports this file.
const api = globalThis[Symbol.for('azure-functions-core.api')];
exports.version = api.version;
exports.hostVersion = api.hostVersion;
exports.registerFunction = api.registerFunction;
exports.registerHook = api.registerHook;
exports.setProgrammingModel = api.setProgrammingModel;
exports.getProgrammingModel = api.getProgrammingModel;
exports.log = api.log;

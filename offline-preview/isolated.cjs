// Loaded first in the process of an isolated program: takes away what Node.js's permission model leaves open. Node.js gives
// no other way to these functions: `process.binding` is refused, and threads, which would have them afresh, are too.
const { syncBuiltinESMExports } = require("node:module");
const v8 = require("node:v8");

// The supervisor watches from outside (runner/watchdog.ts): a thread of this process would be beyond the permissions.
delete process.env.PULUMI_OFFLINE_PREVIEW_PARENT;

/** Puts a function that refuses in a function's place; `permission` is what the error names. */
function refuse(owner, name, permission) {
  const value = () => {
    const error = new Error("Access to this API has been restricted.");
    throw Object.assign(error, { code: "ERR_ACCESS_DENIED", permission });
  };
  Object.defineProperty(owner, name, { value, writable: false, configurable: false, enumerable: true });
}

// A signal can end a policy pack; SIGUSR1 opens the debugger of any other Node.js process of the user, credentials and all.
for (const name of ["kill", "_kill", "_debugProcess"]) refuse(process, name, "Signals");
// V8 writes logs and profiles into files of any name. What asks for it is the SDK when it serializes a function, which
// needs the inspector too: the error is the one that says so.
refuse(v8, "setFlagsFromString", "Inspector");
syncBuiltinESMExports();

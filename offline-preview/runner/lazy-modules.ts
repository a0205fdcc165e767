// Parts of @pulumi/pulumi that few programs use and that take most of its loading time: loaded at their first use.

import Module, { createRequire } from "node:module";

// The Automation API, npm's dependency trees (for serialized functions) and a compiler.
const SELDOM_USED = ["./automation/index.js", "@npmcli/arborist", "normalize-package-data", "./typescript-shim.js"];

/** Makes the seldom used parts of an SDK load late. `sdk` is the path of its main module, which must not be loaded yet. */
export function loadSeldomUsedLate(sdk: string): void {
  const require = createRequire(sdk);
  for (const name of SELDOM_USED) {
    try {
      loadLate(require, require.resolve(name));
    } catch {
      // This version of the SDK does not have it.
    }
  }
}

function loadLate(require: NodeJS.Require, filename: string): void {
  if (filename in require.cache) return;
  let loaded: Record<string | symbol, unknown> | undefined;
  const load = () => {
    if (loaded === undefined) {
      if (require.cache[filename] === placeholder) delete require.cache[filename];
      loaded = require(filename) as Record<string | symbol, unknown>;
    }
    return loaded;
  };
  const exports = new Proxy({} as Record<string | symbol, unknown>, {
    get(_, name) {
      // Asked by compiled `import * as`, which then takes the object as it is instead of copying its members.
      if (name === "__esModule") return true;
      if (name === "default" && !load().__esModule) return load();
      return load()[name];
    },
    has: (_, name) => name in load(),
    ownKeys: () => Reflect.ownKeys(load()),
    getOwnPropertyDescriptor: (_, name) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(load(), name);
      return descriptor === undefined ? undefined : { ...descriptor, configurable: true };
    },
  });
  const placeholder = new Module(filename);
  Object.assign(placeholder, { filename, exports, loaded: true });
  require.cache[filename] = placeholder;
}

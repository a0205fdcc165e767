// Loaded first: gives one file another text, so that a mutant never touches the working tree.
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

const { file, at, length, text } = JSON.parse(process.env.MUTANT);

registerHooks({
  load(url, context, next) {
    const result = next(url, context);
    if (!url.endsWith(`/${file}`)) return result;
    const source = readFileSync(new URL(url), "utf8");
    return { ...result, source: source.slice(0, at) + text + source.slice(at + length) };
  },
});

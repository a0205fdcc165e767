// What is shown while a preview runs: one changing line in a terminal, plain lines elsewhere. Always on standard error,
// so that the report on standard output stays clean.

import type { LogLine } from "../protocol/messages.ts";
import type { Progress } from "../supervisor.ts";
import { neutral, neutralLines } from "./neutral.ts";
import type { StackResult } from "./result.ts";

/** Shows nothing but what the program itself reports as a problem. */
export function quietProgress(stream: NodeJS.WriteStream): Progress {
  return {
    begin: () => {},
    resource: () => {},
    log: (stack, line) => {
      if (line.severity === "warning" || line.severity === "error") stream.write(logLines(stack, line));
    },
    end: () => {},
  };
}

/** Shows every stack, and the number of resources as it grows. */
export function liveProgress(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? terminalProgress(stream) : plainProgress(stream);
}

function logLines(stack: string, line: LogLine): string {
  const severity = line.severity === "info" ? "" : `${line.severity}: `;
  return neutralLines(line.message)
    .map((text) => `${neutral(stack)}: ${severity}${text}\n`)
    .join("");
}

function plainProgress(stream: NodeJS.WriteStream): Progress {
  return {
    begin: (stack) => void stream.write(`${neutral(stack)}: previewing\n`),
    resource: () => {},
    log: (stack, line) => {
      stream.write(logLines(stack, line));
    },
    end: (result) => void stream.write(`${endText(result)}\n`),
  };
}

function terminalProgress(stream: NodeJS.WriteStream): Progress {
  const plain = plainProgress(stream);
  const clear = "\r\u001b[K";
  return {
    begin: (stack) => void stream.write(`${clear}${neutral(stack)}: previewing`),
    resource: (stack, count) => void stream.write(`${clear}${neutral(stack)}: ${count} resources`),
    log: (stack, line) => {
      stream.write(clear);
      plain.log(stack, line);
    },
    end: (result) => void stream.write(`${clear}${endText(result)}\n`),
  };
}

function endText(result: StackResult): string {
  const violations = result.diagnostics.filter((diagnostic) => diagnostic.level === "mandatory").length;
  const verdict =
    result.error === undefined ? `${violations} violations, ${result.notEvaluated.length} undecided` : "failed";
  return `${neutral(result.stack)}: ${result.resources.length} resources, ${verdict}`;
}

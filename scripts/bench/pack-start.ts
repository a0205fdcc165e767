import { spawn } from "node:child_process";
import { createRequire } from "node:module";

/** Seconds from starting a policy pack, as the engine does, until it serves: until its port is printed. */
export async function packStartSeconds(pack: string): Promise<number> {
  const runner = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run-policy-pack");
  const start = performance.now();
  const child = spawn(process.execPath, [runner, "127.0.0.1:1", pack], {
    cwd: pack,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await new Promise<void>((resolve, reject) => {
      child.stdout.once("data", () => resolve());
      child.once("exit", (code) => reject(new Error(`${pack} ended with ${code} before it served`)));
    });
    return (performance.now() - start) / 1000;
  } finally {
    child.kill("SIGKILL");
  }
}

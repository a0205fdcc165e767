import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startupScript } from "../../../components/gcp/notebook-startup.ts";

/** Runs a part of the script with commands replaced by ones that print what they are called with. */
function calls(script: string, from: string): string {
  const part = script.slice(script.indexOf(from));
  const stubs = 'runuser() { printf "%s\\n" "runuser:" "$@"; }; ';
  return execFileSync("bash", ["-c", stubs + part], { encoding: "utf8" });
}

describe("Google Cloud: the notebook's startup script", () => {
  const everything = startupScript({
    packageIndexUrl: "https://europe-west4-python.pkg.dev/p/r/simple/",
    proxyUrl: "http://10.0.0.10:8080",
    repositories: ["https://github.com/example/fraud-notebooks.git"],
  });

  it("is valid shell", () => {
    for (const script of [everything, startupScript({ repositories: [] })]) {
      execFileSync("bash", ["-n"], { input: script });
    }
  });

  it("always limits SSH to the tunnel to JupyterLab, before anything else", () => {
    for (const script of [everything, startupScript({ repositories: [] })]) {
      assert.ok(script.indexOf("ForceCommand /usr/sbin/nologin") < script.indexOf("systemctl reload ssh"));
      assert.match(script, /^PermitOpen localhost:8080 127\.0\.0\.1:8080$/m);
      for (const off of ["AllowAgentForwarding", "PermitTTY", "PermitRootLogin", "PermitTunnel"]) {
        assert.match(script, new RegExp(`^${off} no$`, "m"));
      }
    }
    assert.ok(everything.indexOf("systemctl reload ssh") < everything.indexOf("pip.conf"));
  });

  it("sets up the mirror and the proxy only when there is one", () => {
    const bare = startupScript({ repositories: [] });
    assert.doesNotMatch(bare, /pip\.conf|pkg\.dev|proxy/i);
    assert.match(everything, /index-url = %s\\n' 'https:\/\/europe-west4-python\.pkg\.dev\/p\/r\/simple\/'/);
    assert.match(everything, /Environment="HTTPS_PROXY=http:\/\/10\.0\.0\.10:8080"/);
  });

  it("tries to set pip up until the new grant on the mirror works, and goes on without it", () => {
    const folder = mkdtempSync(join(tmpdir(), "pip-"));
    const conf = join(folder, "pip.conf");
    const part = everything.slice(
      everything.indexOf("for attempt in"),
      everything.indexOf("if [ ! -e '/home/jupyter/"),
    );
    const script = part.replaceAll("/etc/pip.conf", conf).replaceAll("/opt/conda/bin/pip", "pip");
    const run = (pip: string) => {
      const stubs = `curl() { echo '{"access_token": "t0ken"}'; }; sleep() { echo "sleep $1"; }; pip() { ${pip}; };`;
      return execFileSync("bash", ["-c", `set -euo pipefail; ${stubs} ${script}\necho done`], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
    };
    try {
      assert.match(run("false"), /^(sleep 30\n){10}done\n$/);
      assert.ok(!existsSync(conf));
      const fails = `echo "$4"; [ -e ${folder}/tried ] || { touch ${folder}/tried; false; }`;
      const index = "https://oauth2accesstoken:t0ken@europe-west4-python.pkg.dev/p/r/simple/";
      assert.equal(run(fails), [index, "sleep 30", index, "done", ""].join("\n"));
      const written = "[global]\nindex-url = https://europe-west4-python.pkg.dev/p/r/simple/\n";
      assert.equal(readFileSync(conf, "utf8"), written);
      assert.equal(run("false"), "done\n", "it is set up once");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("clones repositories through the proxy, and never runs what their names say", () => {
    assert.deepEqual(calls(everything, "if [ ! -e '/home/jupyter/").trim().split("\n"), [
      "runuser:",
      "-u",
      "jupyter",
      "--",
      "env",
      "https_proxy=http://10.0.0.10:8080",
      "git",
      "clone",
      "--quiet",
      "https://github.com/example/fraud-notebooks.git",
      "/home/jupyter/fraud-notebooks",
    ]);
    const hostile = startupScript({ repositories: ["https://github.com/example/x';echo\tstolen;'$(echo stolen)"] });
    assert.doesNotMatch(calls(hostile, "if [ ! -e '/home/jupyter/"), /^stolen$/m);
  });
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IMAGE_GATE } from "../../../components/gcp/image-gate.ts";
import { MODEL_REGISTRATION } from "../../../components/gcp/model-registration.ts";

/**
 * Stands in for Google's client library: answers each request with the next page of the first entry whose words are all
 * in it, and writes down what was asked.
 */
const TRANSPORT = `
import json
import os

ANSWERS = json.loads(os.environ["ANSWERS"])


class Response:
    def __init__(self, answer):
        self.status_code = answer.get("status", 200)
        self.body = answer.get("body", {})

    def json(self):
        return self.body

    def raise_for_status(self):
        if self.status_code >= 400:
            raise RuntimeError(self.status_code)


class AuthorizedSession:
    def __init__(self, credentials):
        pass

    def request(self, method, url, params=None, json=None, timeout=None):
        assert timeout, "a request without a limit of time"
        asked = method + " " + url + " " + str(params)
        print("ASKED", asked, json or "")
        for answer in ANSWERS:
            if all(word in asked for word in answer["words"]) and answer["pages"]:
                return Response(answer["pages"].pop(0))
        return Response({})

    def get(self, url, **options):
        return self.request("GET", url, **options)

    def post(self, url, **options):
        return self.request("POST", url, **options)
`;

interface Answer {
  words: string[];
  pages: { status?: number; body?: object }[];
}

describe("Google Cloud: the pipelines' own tasks", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tasks-"));
    mkdirSync(join(folder, "google/auth/transport"), { recursive: true });
    writeFileSync(join(folder, "google/auth/__init__.py"), "def default(scopes):\n    return (None, None)\n");
    writeFileSync(join(folder, "google/auth/transport/__init__.py"), "");
    writeFileSync(join(folder, "google/auth/transport/requests.py"), TRANSPORT);
    writeFileSync(join(folder, "google/__init__.py"), "");
  });
  after(() => rmSync(folder, { recursive: true }));

  function run(source: string, args: string[], answers: Answer[]) {
    const env = { ...process.env, PYTHONPATH: folder, ANSWERS: JSON.stringify(answers), PYTHONDONTWRITEBYTECODE: "1" };
    const { status, stdout, stderr } = spawnSync("python3", ["-c", source, ...args], { env, encoding: "utf8" });
    return { status, stdout, stderr };
  }

  describe("the image gate", () => {
    const IMAGE = "europe-west4-docker.pkg.dev/p/prepare/prepare@sha256:0a";
    const SCANNED = { analysisStatus: "FINISHED_SUCCESS", continuousAnalysis: "ACTIVE" };
    const scan = (discovery: object): Answer => ({
      words: ['kind="DISCOVERY"', IMAGE],
      pages: [{ body: { occurrences: [{ discovery }] } }],
    });
    const found = (...severities: (string | undefined)[]): Answer => ({
      words: ['kind="VULNERABILITY"', IMAGE],
      pages: severities.map((effectiveSeverity, index) => ({
        body: {
          occurrences: [{ vulnerability: { effectiveSeverity } }],
          nextPageToken: index + 1 < severities.length ? "next" : "",
        },
      })),
    });
    const gate = (limit: string, ...answers: Answer[]) =>
      run(IMAGE_GATE, ["p", JSON.stringify([{ image: IMAGE, limit }])], answers);
    const passes = (limit: string, ...answers: Answer[]) => gate(limit, ...answers).status === 0;

    it("lets an image through that was scanned and is within its limit", () => {
      assert.ok(passes("none", scan(SCANNED)));
      assert.ok(passes("medium", scan(SCANNED), found("LOW", "MEDIUM")));
      assert.ok(passes("critical", scan(SCANNED), found("CRITICAL")));
      assert.ok(passes("low", scan(SCANNED), found("MINIMAL")));
    });

    it("refuses an image that was never scanned, not to the end, or too long ago", () => {
      assert.ok(!passes("critical"));
      for (const analysisStatus of ["PENDING", "SCANNING", "FINISHED_FAILED", "FINISHED_UNSUPPORTED"]) {
        assert.ok(!passes("critical", scan({ ...SCANNED, analysisStatus })), analysisStatus);
      }
      assert.ok(!passes("critical", scan({ ...SCANNED, continuousAnalysis: "INACTIVE" })));
    });

    it("refuses an image above its limit, also when the worst stands on the last page", () => {
      assert.ok(!passes("none", scan(SCANNED), found("MINIMAL")));
      assert.ok(!passes("low", scan(SCANNED), found("MEDIUM")));
      assert.ok(!passes("medium", scan(SCANNED), found("LOW", "LOW", "HIGH")));
      assert.ok(!passes("high", scan(SCANNED), found("CRITICAL")));
      assert.match(gate("medium", scan(SCANNED), found("HIGH")).stdout, /severity high, and its limit is medium/);
    });

    it("takes a severity that nobody set for the worst", () => {
      assert.ok(!passes("high", scan(SCANNED), found(undefined)));
      assert.ok(!passes("high", scan(SCANNED), found("SEVERITY_UNSPECIFIED")));
    });

    it("fails when Google gives no answer", () => {
      assert.ok(!passes("critical", { words: ["DISCOVERY"], pages: [{ status: 403 }] }));
    });
  });

  describe("the registration", () => {
    const MODEL = { id: "nightly", artifactUri: "gs://models/run", image: "image@sha256:0a", keyName: "key" };
    const register = (...answers: Answer[]) => run(MODEL_REGISTRATION, ["p", "l", JSON.stringify(MODEL)], answers);
    const done = { words: ["models:upload"], pages: [{ body: { done: true, response: { model: "m" } } }] };
    const exists = (status: number): Answer => ({ words: ["GET", "/models/nightly"], pages: [{ status }] });

    it("makes the model at first, and a version of it after that, encrypted and not approved", () => {
      const first = register(exists(404), done);
      assert.equal(first.status, 0, first.stderr);
      assert.match(first.stdout, /'modelId': 'nightly'/);
      const second = register(exists(200), done);
      assert.match(second.stdout, /'parentModel': 'projects\/p\/locations\/l\/models\/nightly'/);
      for (const { stdout } of [first, second]) {
        assert.match(stdout, /'encryptionSpec': \{'kmsKeyName': 'key'\}/);
        assert.match(stdout, /'labels': \{'approval': 'pending'\}/);
        assert.ok(!/versionAliases/.test(stdout));
      }
    });

    it("fails when the upload fails, or nobody may ask", () => {
      const failed = { words: ["models:upload"], pages: [{ body: { done: true, error: { code: 7 } } }] };
      assert.notEqual(register(exists(200), failed).status, 0);
      assert.notEqual(register(exists(403), done).status, 0);
    });
  });
});

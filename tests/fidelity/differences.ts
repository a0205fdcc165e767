// Where the offline preview is known to differ from the engine. Everything else must be equal; an entry that no program
// needs any more fails the tests.

/** A difference that is accepted. */
export interface KnownDifference {
  /** The programs that show it; each of them must. Undefined: any program may, and one must. */
  programs?: string[];
  /** Programs in which it is not accepted. */
  except?: string[];
  /** Matches the whole line that differencesBetween() gives, or one of the lines "failed: …". */
  line: RegExp;
  /** Why it is right, or why nothing can be done. */
  reason: string;
}

/** All of them. */
export const KNOWN_DIFFERENCES: KnownDifference[] = [
  {
    line: /^Remediate .+: the engine alone$/,
    except: ["remediation", "remediation-of-secrets"],
    reason:
      "Remediate is called only if a policy is configured to remediate: without one a pack answers that nothing changes.",
  },
  {
    programs: ["es-module"],
    line: /^Analyze(Stack)? \S+: properties\.url: engine "index\.js", offline preview "index\.js\?stack=\d+"$/,
    reason: "Each stack gets fresh modules, which a query in the module's URL makes; the path of the file is the same.",
  },
  {
    programs: ["aws", "azure-native", "event-subscription", "function-input", "gcp", "workspace-package"],
    line: /^Analyze(Stack)? \S*(aws|gcp|azure-native):\S+: properties\.\S+: engine nothing, offline preview "04da6b54-80e4-46f7-96ec-b56ff0331ba9"$/,
    reason:
      "The recordings' provider plans only what no input sets, and makes no names up. Real providers do both: what the SDK's " +
      "types say is always there is unknown here, and so is a name that the program leaves to the provider.",
  },
  {
    programs: ["event-subscription"],
    line: /^AnalyzeStack \S+BucketNotification::created: properties\.lambdaFunctions: engine \[.*\], offline preview \[.*"id":"04da6b54-80e4-46f7-96ec-b56ff0331ba9".*\]$/,
    reason: "The same for what is inside a list.",
  },
  {
    programs: ["stack-reference-missing"],
    line: /^(Analyze|AnalyzeStack)\b.*: the offline preview alone$|^failed: the engine alone$/,
    reason: "Nobody can say offline whether the other stack exists: its outputs are unknown.",
  },
];

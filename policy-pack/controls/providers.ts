/**
 * Controls of the providers that resources are created with.
 *
 * What comes from the environment (keys, endpoints, profiles) is no input of a provider, so no policy can see it: that
 * is for the pipeline to set.
 */
import { isListed } from "../checks/allow-lists.ts";
import { AWS, AWS_NATIVE, AZURE_CLASSIC, AZURE_NATIVE, GCP, onJsonInput } from "../checks/providers.ts";
import type { Check, Context, Control, Topic } from "../control.ts";
import { each, type Finding, judge, mustBeAbsent, mustBeSet, mustNotEqual, unless, violation } from "../findings.ts";
import { isEmpty, mapKeys, type Path, read, readJson, textOf } from "../read.ts";

const AZURE_PROVIDERS = [AZURE_NATIVE, AZURE_CLASSIC];

const noLongLivedKeys: Control = {
  id: "provider-no-long-lived-keys",
  title: "Providers sign in without long-lived keys",
  severity: "high",
  why: "A key in a program or in its configuration works from anywhere, for anybody who finds it, until somebody revokes it.",
  remedy: "Sign in with a role or by OpenID Connect in the pipeline, and leave the keys out of the provider.",
  frameworks: {
    nist80053: ["IA-5", "IA-5(7)"],
    iso27001: ["A.5.17"],
    soc2: ["CC6.1"],
    pciDss: ["8.6.2"],
    checkov: ["CKV_AWS_41"],
  },
  checks: {
    aws: [
      {
        types: [AWS, AWS_NATIVE],
        whenAbsent: "complies",
        cloudDefault: "credentials of the environment",
        // Keys that come with a session token end by themselves.
        evaluate: ({ props }) =>
          unless(
            mustBeSet(props, "token"),
            ["accessKey", "secretKey"].flatMap((input) => mustBeAbsent(props, input)),
          ),
      },
    ],
    gcp: [
      {
        types: [GCP],
        whenAbsent: "complies",
        cloudDefault: "credentials of the environment",
        evaluate: ({ props }) => mustNotHoldKeyFile(props, "credentials"),
      },
    ],
    azure: [
      {
        types: AZURE_PROVIDERS,
        whenAbsent: "complies",
        cloudDefault: "credentials of the environment",
        evaluate: ({ props }) =>
          ["clientSecret", "clientCertificate", "clientCertificatePassword"].flatMap((input) =>
            mustBeAbsent(props, input),
          ),
      },
    ],
  },
};

/** A configuration of workload identity federation stands in the same place as a key file, and holds no key. */
function mustNotHoldKeyFile(props: object, path: string): Finding[] {
  const content = readJson(props, path);
  const isFederated =
    content.state === "known" &&
    typeof content.value === "object" &&
    [read(content.value as object, "type")].some((type) => type.state === "known" && type.value === "external_account");
  return isFederated ? [] : mustBeAbsent(props, path);
}

const allowedEndpoints = {
  description: "Other endpoints that providers may call, as they are given to the provider; `*` stands for any text.",
  type: "array" as const,
  default: [],
};

const noCustomEndpoints: Control = {
  id: "provider-no-custom-endpoints",
  title: "Providers call the cloud's own endpoints, and check who answers",
  severity: "high",
  why: "Another endpoint receives every request with its credentials, and nothing that it reports has to be true.",
  remedy: "Leave endpoints and certificate checks as they are, or add a private endpoint to `allowedEndpoints`.",
  frameworks: {
    nist80053: ["SC-8", "SC-23"],
    iso27001: ["A.8.20", "A.8.24"],
    soc2: ["CC6.7"],
    pciDss: ["4.2.1"],
  },
  parameters: { allowedEndpoints },
  checks: {
    aws: [
      {
        types: [AWS, AWS_NATIVE],
        whenAbsent: "complies",
        cloudDefault: "the endpoints of AWS",
        evaluate: ({ props }, context) => [
          ...mustNotEqual(props, "insecure", true),
          ...mustBeOwnEndpoint(props, "ec2MetadataServiceEndpoint", context),
          ...onJsonInput(props, "endpoints", (inputs) => eachEndpoint(inputs, "endpoints", context)),
        ],
      },
    ],
    gcp: [
      {
        types: [GCP],
        whenAbsent: "complies",
        cloudDefault: "the endpoints of Google Cloud",
        evaluate: ({ props }, context) => [
          ...mustBeOwnEndpoint(props, "universeDomain", context, (domain) => domain === "googleapis.com"),
          ...customEndpoints(props).flatMap((input) => mustBeOwnEndpoint(props, input, context, isGoogle)),
        ],
      },
    ],
    azure: [
      {
        types: AZURE_PROVIDERS,
        whenAbsent: "complies",
        cloudDefault: "the endpoints of Azure",
        evaluate: ({ props }, context) => [
          ...mustNotEqual(props, "disableInstanceDiscovery", true),
          ...mustBeOwnEndpoint(props, "metadataHost", context, isAzure),
          ...mustBeOwnEndpoint(props, "msiEndpoint", context),
        ],
      },
    ],
  },
};

/** The list holds objects, with an endpoint under the name of each service. */
function eachEndpoint(inputs: object, list: string, context: Context): Finding[] {
  return each(inputs, list, (path) => {
    const services = mapKeys(inputs, path);
    if (!Array.isArray(services)) return judge(services, "", { absent: "complies" }, () => []);
    return services.flatMap((service) => mustBeOwnEndpoint(inputs, `${path}.${service}`, context));
  });
}

/** Google's provider has an input for the endpoint of each service. */
function customEndpoints(props: object): string[] {
  const inputs = mapKeys(props, []);
  return Array.isArray(inputs) ? inputs.filter((input) => input.endsWith("CustomEndpoint")) : [];
}

/** The endpoint must be the cloud's own, by `isOwn`, or on the list. It is not repeated: URLs can hold passwords. */
function mustBeOwnEndpoint(
  props: object,
  path: Path,
  context: Context,
  isOwn: (endpoint: string) => boolean = () => false,
): Finding[] {
  return judge(read(props, path), "", { absent: "complies" }, (value, at) => {
    const endpoint = textOf(value);
    if (isEmpty(value) || isOwn(endpoint.toLowerCase()) || isListed(context.list("allowedEndpoints"), endpoint))
      return [];
    return [violation(`${at} is not an endpoint of the cloud; leave it out, or add it to allowedEndpoints`)];
  });
}

/** Regional endpoints and those of Private Service Connect are Google's own too. */
function isGoogle(endpoint: string): boolean {
  return /^https:\/\/(?:[a-z0-9-]+\.)*googleapis\.com(?:\/|$)/.test(endpoint);
}

function isAzure(host: string): boolean {
  return ["management.azure.com", "management.usgovcloudapi.net", "management.chinacloudapi.cn"].includes(host);
}

const noSkippedChecks: Control = {
  id: "provider-no-skipped-checks",
  title: "Providers check whose credentials they use",
  severity: "medium",
  why: "A provider that skips these checks works with an emulator or a stranger's account as if it were yours.",
  remedy: "Leave the skip settings out.",
  frameworks: { nist80053: ["CM-6", "IA-3"], iso27001: ["A.8.9"], soc2: ["CC8.1"] },
  checks: {
    // The SDKs set skipRegionValidation, and aws-native's sets skipCredentialsValidation: they say nothing about a program.
    aws: [
      skipCheck(AWS, ["skipCredentialsValidation", "skipRequestingAccountId"]),
      skipCheck(AWS_NATIVE, ["skipRequestingAccountId"]),
    ],
  },
};

function skipCheck(type: string, inputs: string[]): Check {
  return {
    types: [type],
    whenAbsent: "complies",
    cloudDefault: "credentials and account are checked",
    evaluate: ({ props }) => inputs.flatMap((input) => mustNotEqual(props, input, true)),
  };
}

const accountPinned: Control = {
  id: "provider-account-pinned",
  title: "Providers name the account that they work in",
  severity: "medium",
  why: "Otherwise the credentials at hand decide: one wrong profile, and the stack is created in somebody else's account.",
  remedy: "Name the account (allowedAccountIds), the project, or the subscription and its tenant.",
  frameworks: {
    nist80053: ["AC-3", "CM-5"],
    iso27001: ["A.8.31"],
    soc2: ["CC6.1", "CC8.1"],
    pciDss: ["6.5.3"],
  },
  parameters: {
    allowedAccounts: {
      description:
        "AWS account ids, Google Cloud project ids and Azure subscription ids to work in. Empty: any that is named.",
      type: "array",
      default: [],
    },
    allowedTenants: {
      description: "Entra tenants to sign in to. Empty: any that is named, but no auxiliary ones.",
      type: "array",
      default: [],
    },
  },
  checks: {
    aws: [
      {
        types: [AWS, AWS_NATIVE],
        whenAbsent: "violates",
        cloudDefault: "the account of the credentials",
        evaluate: ({ props }, context) => mustNameAccounts(props, context),
      },
    ],
    gcp: [
      {
        types: [GCP],
        whenAbsent: "violates",
        cloudDefault: "the project of the environment",
        evaluate: ({ props }, context) => [
          ...mustBeSet(props, "project"),
          ...mustBeListed(props, "project", context, "allowedAccounts"),
        ],
      },
    ],
    azure: [
      {
        types: AZURE_PROVIDERS,
        whenAbsent: "violates",
        cloudDefault: "the subscription of the Azure CLI or the environment",
        evaluate: ({ props }, context) => [
          ...mustBeSet(props, "subscriptionId"),
          ...mustBeSet(props, "tenantId"),
          ...mustBeListed(props, "subscriptionId", context, "allowedAccounts"),
          ...mustBeListed(props, "tenantId", context, "allowedTenants"),
          ...onJsonInput(props, "auxiliaryTenantIds", (inputs) => auxiliaryTenants(inputs, context)),
        ],
      },
    ],
  },
};

function mustNameAccounts(props: object, context: Context): Finding[] {
  return onJsonInput(props, "allowedAccountIds", (inputs) => {
    const missing = mustBeSet(inputs, "allowedAccountIds", "list");
    if (missing.length > 0) return missing;
    return each(inputs, "allowedAccountIds", (path) => mustBeListed(inputs, path, context, "allowedAccounts"));
  });
}

function auxiliaryTenants(inputs: object, context: Context): Finding[] {
  return each(inputs, "auxiliaryTenantIds", (path) => mustBeAmong(inputs, path, context, "allowedTenants"));
}

/** The value must be on the parameter's list, if there is anything on it. */
function mustBeListed(props: object, path: string, context: Context, parameter: string): Finding[] {
  return context.list(parameter).length === 0 ? [] : mustBeAmong(props, path, context, parameter);
}

function mustBeAmong(props: object, path: string, context: Context, parameter: string): Finding[] {
  return judge(read(props, path), "", { absent: "complies" }, (value, at) =>
    isListed(context.list(parameter), textOf(value)) ? [] : [violation(`${at} is not among ${parameter}`)],
  );
}

const approvedIdentity: Control = {
  id: "provider-approved-identity",
  title: "Providers take on approved roles only",
  severity: "medium",
  why: "Whoever chooses the role that a program deploys with, chooses what the program may do.",
  remedy: "Let the provider take on a role on the list, or add the role after a review.",
  frameworks: {
    nist80053: ["AC-6", "CM-5"],
    iso27001: ["A.5.15", "A.8.2"],
    soc2: ["CC6.3"],
    pciDss: ["7.2.1"],
  },
  parameters: {
    allowedRoles: {
      description:
        "Role ARNs, service accounts and client ids of applications; `*` stands for any text. Empty: every one is allowed.",
      type: "array",
      default: [],
    },
  },
  checks: {
    aws: [
      {
        types: [AWS, AWS_NATIVE],
        whenAbsent: "complies",
        cloudDefault: "the identity of the credentials",
        evaluate: ({ props }, context) => [
          ...mustBeListed(props, "roleArn", context, "allowedRoles"),
          ...eachRole(props, context),
        ],
      },
    ],
    gcp: [
      {
        types: [GCP],
        whenAbsent: "complies",
        cloudDefault: "the identity of the credentials",
        evaluate: ({ props }, context) => [
          ...mustBeListed(props, "impersonateServiceAccount", context, "allowedRoles"),
          ...fieldMustBeListed(props, "externalCredentials", "serviceAccountEmail", context),
        ],
      },
    ],
    azure: [
      {
        types: AZURE_PROVIDERS,
        whenAbsent: "complies",
        cloudDefault: "the identity of the credentials",
        evaluate: ({ props }, context) => mustBeListed(props, "clientId", context, "allowedRoles"),
      },
    ],
  },
};

/** Several roles are taken on one after the other. */
function eachRole(props: object, context: Context): Finding[] {
  return [
    ...fieldMustBeListed(props, "assumeRole", "roleArn", context),
    ...fieldMustBeListed(props, "assumeRoleWithWebIdentity", "roleArn", context),
    ...onJsonInput(props, "assumeRoles", (inputs) =>
      each(inputs, "assumeRoles", (path) => mustBeListed(inputs, `${path}.roleArn`, context, "allowedRoles")),
    ),
  ];
}

function fieldMustBeListed(props: object, input: string, field: string, context: Context): Finding[] {
  return onJsonInput(props, input, (inputs) => mustBeListed(inputs, `${input}.${field}`, context, "allowedRoles"));
}

/** Controls of the providers that resources are created with. */
export const providers: Topic = {
  title: "Providers",
  controls: [noLongLivedKeys, noCustomEndpoints, noSkippedChecks, accountPinned, approvedIdentity],
};

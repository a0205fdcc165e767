import { AWS, AWS_NATIVE, AZURE_CLASSIC, AZURE_NATIVE, GCP } from "../../../policy-pack/checks/providers.ts";
import type { ControlCases, ResourceCase } from "../cases.ts";
import { secret, unknown } from "../server.ts";

/** The same cases on several providers. */
function on(control: string, types: string[], cases: ResourceCase[]): ControlCases[] {
  return types.map((type) => ({ control, type, cases }));
}

/** Inputs that are not text reach a provider as JSON text. */
const json = JSON.stringify;

const AWS_PROVIDERS = [AWS, AWS_NATIVE];
const AZURE_PROVIDERS = [AZURE_NATIVE, AZURE_CLASSIC];

const keys: ControlCases[] = [
  ...on("provider-no-long-lived-keys", AWS_PROVIDERS, [
    [
      "a role",
      { region: "eu-west-1", assumeRoles: json([{ roleArn: "arn:aws:iam::111122223333:role/ci" }]) },
      "complies",
    ],
    ["keys", { accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: secret("canary") }, "violates"],
    ["half a key", { secretKey: "canary" }, "violates"],
    ["keys that are not known yet", { accessKey: unknown, secretKey: unknown }, "undecided"],
    ["keys that end with their session", { accessKey: "ASIA", secretKey: "canary", token: "canary" }, "complies"],
    ["keys with an empty token", { accessKey: "AKIA", secretKey: "canary", token: "" }, "violates"],
  ]),
  ...on(
    "provider-no-long-lived-keys",
    [GCP],
    [
      ["an account to impersonate", { impersonateServiceAccount: "ci@p.iam.gserviceaccount.com" }, "complies"],
      ["a key file", { credentials: secret(json({ type: "service_account", private_key: "canary" })) }, "violates"],
      ["the name of a key file", { credentials: "/home/ci/key.json" }, "violates"],
      ["federation", { credentials: json({ type: "external_account", audience: "a" }) }, "complies"],
      ["credentials that are not known yet", { credentials: unknown }, "undecided"],
      ["credentials of a wrong type", { credentials: ["canary"] }, "violates"],
    ],
  ),
  ...on("provider-no-long-lived-keys", AZURE_PROVIDERS, [
    ["OpenID Connect", { useOidc: "true", oidcToken: "canary", clientId: "c" }, "complies"],
    ["a client secret", { clientId: "c", clientSecret: secret("canary") }, "violates"],
    ["a certificate with its password", { clientCertificatePassword: "canary" }, "violates"],
    ["a certificate", { clientCertificate: secret("canary") }, "violates"],
    ["a secret that is not known yet", { clientSecret: unknown }, "undecided"],
  ]),
];

const endpoints: ControlCases[] = [
  ...on("provider-no-custom-endpoints", AWS_PROVIDERS, [
    ["a region", { region: "eu-west-1", insecure: "false" }, "complies"],
    ["an emulator", { endpoints: json([{ s3: "http://localhost:4566" }]) }, "violates"],
    ["an endpoint as a list", { endpoints: [{ sts: "https://example.com" }] }, "violates"],
    ["an endpoint under AWS's domain", { endpoints: json([{ sts: "https://abc.elb.amazonaws.com" }]) }, "violates"],
    ["empty endpoints", { endpoints: json([{ s3: "" }, {}]) }, "complies"],
    [
      "a listed endpoint",
      { endpoints: json([{ s3: "https://bucket.vpce-1-abc.s3.eu-west-1.vpce.amazonaws.com" }]) },
      "complies",
      { allowedEndpoints: ["https://*.vpce-1-abc.s3.eu-west-1.vpce.amazonaws.com"] },
    ],
    [
      "a listed endpoint and another one",
      { endpoints: json([{ s3: "https://a.example.com" }, { sts: "https://b.example.com" }]) },
      "violates",
      { allowedEndpoints: ["https://a.example.com"] },
    ],
    ["endpoints that are not known yet", { endpoints: unknown }, "undecided"],
    ["one endpoint that is not known yet", { endpoints: [{ s3: unknown }] }, "undecided"],
    ["an endpoint instead of a list", { endpoints: "https://example.com" }, "violates"],
    ["a list of texts", { endpoints: json(["https://example.com"]) }, "violates"],
    ["no check of certificates", { insecure: "true" }, "violates"],
    ["a metadata service of its own", { ec2MetadataServiceEndpoint: "http://127.0.0.1:1338" }, "violates"],
  ]),
  ...on(
    "provider-no-custom-endpoints",
    [GCP],
    [
      ["a project", { project: "p", universeDomain: "googleapis.com" }, "complies"],
      ["another host", { storageCustomEndpoint: "https://example.com/storage/v1/" }, "violates"],
      ["any service", { vertexAiCustomEndpoint: "http://localhost:8080/" }, "violates"],
      [
        "a regional endpoint",
        { vertexAiCustomEndpoint: "https://europe-west1-aiplatform.googleapis.com/v1/" },
        "complies",
      ],
      [
        "Private Service Connect",
        { computeCustomEndpoint: "https://compute-psc.p.googleapis.com/compute/v1/" },
        "complies",
      ],
      ["without TLS", { storageCustomEndpoint: "http://storage.googleapis.com/storage/v1/" }, "violates"],
      [
        "a host that begins alike",
        { storageCustomEndpoint: "https://storage.googleapis.com.example.com/" },
        "violates",
      ],
      ["a host that ends alike", { storageCustomEndpoint: "https://evilgoogleapis.com/" }, "violates"],
      [
        "a host after a user name",
        { storageCustomEndpoint: "https://storage.googleapis.com@example.com/" },
        "violates",
      ],
      ["another universe", { universeDomain: "example.com" }, "violates"],
      ["a listed universe", { universeDomain: "example.com" }, "complies", { allowedEndpoints: ["example.com"] }],
      ["an endpoint that is not known yet", { storageCustomEndpoint: unknown }, "undecided"],
      [
        "an endpoint of a wrong type",
        { storageCustomEndpoint: { url: "https://storage.googleapis.com/" } },
        "violates",
      ],
    ],
  ),
  ...on("provider-no-custom-endpoints", AZURE_PROVIDERS, [
    ["a cloud", { environment: "usgovernment", metadataHost: "management.usgovcloudapi.net" }, "complies"],
    ["another metadata host", { metadataHost: "metadata.example.com" }, "violates"],
    ["a listed metadata host", { metadataHost: "azs.corp" }, "complies", { allowedEndpoints: ["azs.corp"] }],
    ["another identity endpoint", { msiEndpoint: "http://localhost:50342/oauth2/token" }, "violates"],
    ["any authority", { disableInstanceDiscovery: "true" }, "violates"],
    ["a metadata host that is not known yet", { metadataHost: unknown }, "undecided"],
  ]),
];

const skipped: ControlCases[] = [
  ...on(
    "provider-no-skipped-checks",
    [AWS],
    [
      ["what the SDK sets", { skipRegionValidation: "true", skipCredentialsValidation: "false" }, "complies"],
      ["credentials", { skipCredentialsValidation: "true" }, "violates"],
      ["the account, as a boolean", { skipRequestingAccountId: true }, "violates"],
      ["unknown", { skipCredentialsValidation: unknown }, "undecided"],
    ],
  ),
  ...on(
    "provider-no-skipped-checks",
    [AWS_NATIVE],
    [
      ["what the SDK sets", { skipRegionValidation: "true", skipCredentialsValidation: "true" }, "complies"],
      ["the account", { skipRequestingAccountId: "true" }, "violates"],
      ["unknown", { skipRequestingAccountId: unknown }, "undecided"],
    ],
  ),
];

const ACCOUNTS = { allowedAccounts: ["111122223333", "ml-*"], allowedTenants: ["t1"] };

const accounts: ControlCases[] = [
  ...on("provider-account-pinned", AWS_PROVIDERS, [
    ["one account", { allowedAccountIds: json(["111122223333"]) }, "complies"],
    ["as a list", { allowedAccountIds: ["111122223333"] }, "complies"],
    ["an empty list", { allowedAccountIds: json([]) }, "violates"],
    ["accounts that are not allowed", { forbiddenAccountIds: json(["111122223333"]) }, "violates"],
    ["not JSON", { allowedAccountIds: "111122223333," }, "violates"],
    ["text", { allowedAccountIds: json("111122223333") }, "violates"],
    ["not known yet", { allowedAccountIds: unknown }, "undecided"],
    ["on the list", { allowedAccountIds: json(["111122223333"]) }, "complies", ACCOUNTS],
    ["not on the list", { allowedAccountIds: json(["111122223333", "444455556666"]) }, "violates", ACCOUNTS],
    ["not known yet, beside one on the list", { allowedAccountIds: ["111122223333", unknown] }, "undecided", ACCOUNTS],
  ]),
  ...on(
    "provider-account-pinned",
    [GCP],
    [
      ["a project", { project: "p" }, "complies"],
      ["a region alone", { region: "europe-west1" }, "violates"],
      ["a project that is not known yet", { project: unknown }, "complies"],
      ["on the list", { project: "ml-prod" }, "complies", ACCOUNTS],
      ["not on the list", { project: "web-prod" }, "violates", ACCOUNTS],
      ["not known yet, with a list", { project: unknown }, "undecided", ACCOUNTS],
      ["of a wrong type", { project: ["p"] }, "violates"],
    ],
  ),
  ...on("provider-account-pinned", AZURE_PROVIDERS, [
    ["subscription and tenant", { subscriptionId: "s", tenantId: "t" }, "complies"],
    ["no tenant", { subscriptionId: "s" }, "violates"],
    ["what the classic SDK sets", { subscriptionId: "", tenantId: "t" }, "violates"],
    ["not known yet", { subscriptionId: unknown, tenantId: unknown }, "complies"],
    ["on the lists", { subscriptionId: "111122223333", tenantId: "t1" }, "complies", ACCOUNTS],
    ["another subscription", { subscriptionId: "s", tenantId: "t1" }, "violates", ACCOUNTS],
    ["another tenant", { subscriptionId: "111122223333", tenantId: "t2" }, "violates", ACCOUNTS],
    ["an auxiliary tenant", { subscriptionId: "s", tenantId: "t", auxiliaryTenantIds: json(["t2"]) }, "violates"],
    [
      "a listed auxiliary tenant",
      { subscriptionId: "111122223333", tenantId: "t1", auxiliaryTenantIds: json(["t1"]) },
      "complies",
      ACCOUNTS,
    ],
  ]),
];

const ROLES = { allowedRoles: ["arn:aws:iam::111122223333:role/deploy-*", "ci@p.iam.gserviceaccount.com", "app"] };
const [DEPLOYER, OTHER] = ["arn:aws:iam::111122223333:role/deploy-ml", "arn:aws:iam::111122223333:role/admin"];

const identities: ControlCases[] = [
  ...on("provider-approved-identity", AWS_PROVIDERS, [
    ["any, without a list", { assumeRoles: json([{ roleArn: OTHER }]) }, "complies"],
    ["none", { region: "eu-west-1" }, "complies", ROLES],
    ["on the list", { assumeRoles: json([{ roleArn: DEPLOYER, sessionName: "ci" }]) }, "complies", ROLES],
    ["not on the list", { assumeRoles: json([{ roleArn: OTHER }]) }, "violates", ROLES],
    [
      "a chain that ends elsewhere",
      { assumeRoles: json([{ roleArn: DEPLOYER }, { roleArn: OTHER }]) },
      "violates",
      ROLES,
    ],
    ["one role, not on the list", { assumeRole: json({ roleArn: OTHER }) }, "violates", ROLES],
    ["one role, on the list", { assumeRole: { roleArn: DEPLOYER } }, "complies", ROLES],
    ["by a token", { assumeRoleWithWebIdentity: json({ roleArn: OTHER }) }, "violates", ROLES],
    ["of Cloud Control", { roleArn: OTHER }, "violates", ROLES],
    ["not known yet", { assumeRoles: unknown }, "undecided", ROLES],
    ["a role that is not known yet", { assumeRole: { roleArn: unknown } }, "undecided", ROLES],
  ]),
  ...on(
    "provider-approved-identity",
    [GCP],
    [
      ["on the list", { impersonateServiceAccount: "ci@p.iam.gserviceaccount.com" }, "complies", ROLES],
      ["not on the list", { impersonateServiceAccount: "owner@p.iam.gserviceaccount.com" }, "violates", ROLES],
      [
        "by a token",
        { externalCredentials: json({ serviceAccountEmail: "owner@p.iam.gserviceaccount.com" }) },
        "violates",
        ROLES,
      ],
      ["not known yet", { impersonateServiceAccount: unknown }, "undecided", ROLES],
    ],
  ),
  ...on("provider-approved-identity", AZURE_PROVIDERS, [
    ["on the list", { clientId: "app" }, "complies", ROLES],
    ["not on the list", { clientId: secret("other") }, "violates", ROLES],
    ["not known yet", { clientId: unknown }, "undecided", ROLES],
  ]),
];

export const cases: ControlCases[] = [...keys, ...endpoints, ...skipped, ...accounts, ...identities];

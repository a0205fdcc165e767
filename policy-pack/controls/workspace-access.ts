/** Controls of how people and workspaces sign in, and of what they bring along. */
import { AZURE_WORKSPACES, unlessProject } from "../checks/azure-ml.ts";
import { onlyIf } from "../checks/conditions.ts";
import { AZURE_ML_WORKSPACE, CLASSIC_ML_WORKSPACE, SAGEMAKER_DOMAIN } from "../checks/types.ts";
import type { Control } from "../control.ts";
import { mustBeAbsent, mustBeOneOf, mustBeSet, mustEqual, mustNotBeOneOf, same, violation } from "../findings.ts";

const DATASTORE = "azure-native:machinelearningservices:Datastore";
const CONNECTIONS = [
  "azure-native:machinelearningservices:WorkspaceConnection",
  "azure-native:cognitiveservices:AccountConnection",
  "azure-native:cognitiveservices:ProjectConnection",
];

/** Kinds of credentials that a data store keeps in the workspace. */
const STORE_CREDENTIALS = [
  "AccountKey",
  "Certificate",
  "KerberosKeytab",
  "KerberosPassword",
  "Sas",
  "ServicePrincipal",
];

/** Ways to sign in for which the connection keeps a key, a password, a token or a secret. */
const STORED_CREDENTIALS = [
  "AccessKey",
  "AccountKey",
  "ApiKey",
  "CustomKeys",
  "DelegatedSAS",
  "OAuth2",
  "PAT",
  "SAS",
  "ServicePrincipal",
  "UsernamePassword",
];

/** Part of the topic of workspaces. */
export const access: Control[] = [
  {
    id: "studio-sign-in",
    title: "People sign in to Studio the way the organization decided",
    severity: "low",
    why: "With IAM, access can depend on network and identity conditions; with SSO, on the identity provider's. Mixing both leaves gaps.",
    remedy: "Use the sign-in that the platform team allows.",
    frameworks: { nist80053: ["IA-2"], iso27001: ["A.5.16", "A.8.5"], soc2: ["CC6.1"], pciDss: ["8.4.2"] },
    parameters: {
      allowedModes: { description: "`IAM`, `SSO` or both.", type: "array", default: ["IAM", "SSO"] },
    },
    checks: {
      aws: [
        {
          types: SAGEMAKER_DOMAIN,
          whenAbsent: "violates",
          cloudDefault: "must be given",
          evaluate: ({ props }, context) =>
            mustBeOneOf(props, "authMode", context.list("allowedModes"), { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "studio-docker-restricted",
    title: "Docker in Studio is off, or takes images from trusted accounts only",
    severity: "medium",
    why: "A container image from anywhere runs with the user's role, next to the data.",
    remedy: "Disable Docker access, or list the accounts whose registries are trusted.",
    frameworks: {
      nist80053: ["CM-7", "SA-12"],
      iso27001: ["A.8.19"],
      soc2: ["CC6.8"],
      mitreAtlas: ["AML.T0010"],
    },
    checks: {
      aws: [
        {
          types: SAGEMAKER_DOMAIN,
          whenAbsent: "complies",
          cloudDefault: "Docker access is disabled",
          evaluate: ({ props }) =>
            onlyIf(
              props,
              "domainSettings.dockerSettings.enableDockerAccess",
              (access) => same(access, "ENABLED"),
              mustBeSet(props, "domainSettings.dockerSettings.vpcOnlyTrustedAccounts", "list"),
            ),
        },
      ],
    },
  },
  {
    id: "workspace-user-assigned-identity",
    title: "Workspaces act with a user-assigned identity",
    severity: "medium",
    why: "A system-assigned identity appears with the workspace and gets broad rights by default; one of your own has exactly the grants that you gave it before.",
    remedy: "Create an identity, grant it what the workspace needs, and make it the primary one.",
    frameworks: {
      nist80053: ["AC-2", "AC-6"],
      iso27001: ["A.5.15", "A.5.16"],
      soc2: ["CC6.3"],
      pciDss: ["7.2.5"],
      azurePolicy: ["5f0c7d88"],
    },
    checks: {
      azure: [
        {
          types: AZURE_WORKSPACES,
          whenAbsent: "violates",
          cloudDefault: "a system-assigned identity",
          evaluate: ({ props }) => [
            ...mustBeOneOf(
              props,
              "identity.type",
              ["UserAssigned", "SystemAssigned,UserAssigned", "SystemAssigned, UserAssigned"],
              { absent: "violates" },
            ),
            ...mustBeSet(props, "primaryUserAssignedIdentity"),
          ],
        },
      ],
    },
  },
  {
    id: "datastore-identity-access",
    title: "Data stores are read with identities, not with stored credentials",
    severity: "high",
    why: "Whoever gets an account key, token or secret from the workspace has the whole store, under no name of their own.",
    remedy: "Use identity-based access for the system data stores, and data stores without stored credentials.",
    url: "https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication",
    frameworks: {
      nist80053: ["AC-3", "IA-2", "IA-5"],
      iso27001: ["A.5.17", "A.8.3"],
      soc2: ["CC6.1"],
      pciDss: ["8.6.1"],
      mitreAtlas: ["AML.T0055", "AML.M0005"],
    },
    checks: {
      azure: [
        {
          types: [AZURE_ML_WORKSPACE],
          whenAbsent: "violates",
          cloudDefault: "`systemDatastoresAuthMode` is `AccessKey`",
          evaluate: ({ props }) =>
            unlessProject(props, mustEqual(props, "systemDatastoresAuthMode", "Identity", { absent: "violates" })),
        },
        {
          types: [CLASSIC_ML_WORKSPACE],
          whenAbsent: "violates",
          cloudDefault: "`storageAccountAccessType` is `AccessKey`",
          evaluate: ({ props }) => mustEqual(props, "storageAccountAccessType", "Identity", { absent: "violates" }),
        },
        {
          types: [DATASTORE],
          whenAbsent: "complies",
          cloudDefault: "no stored credentials",
          evaluate: ({ props }) => mustNotBeOneOf(props, "properties.credentials.credentialsType", STORE_CREDENTIALS),
        },
        {
          types: [
            "azure:machinelearning/datastoreBlobstorage:DatastoreBlobstorage",
            "azure:machinelearning/datastoreFileshare:DatastoreFileshare",
          ],
          whenAbsent: "complies",
          cloudDefault: "no stored credentials",
          evaluate: ({ props }) => [
            ...mustBeAbsent(props, "accountKey"),
            ...mustBeAbsent(props, "sharedAccessSignature"),
          ],
        },
        {
          types: ["azure:machinelearning/datastoreDatalakeGen2:DatastoreDatalakeGen2"],
          whenAbsent: "complies",
          cloudDefault: "no stored credentials",
          evaluate: ({ props }) => mustBeAbsent(props, "clientSecret"),
        },
      ],
    },
  },
  {
    id: "connection-identity-access",
    title: "Connections sign in with identities, not with stored credentials",
    severity: "medium",
    why: "Everyone who may use the connection can read its key or secret, which works from anywhere until somebody replaces it.",
    remedy: "Use `AAD` or `ManagedIdentity`, and share a connection that needs a key with those only who need it.",
    frameworks: {
      nist80053: ["IA-2", "IA-5"],
      iso27001: ["A.5.17"],
      soc2: ["CC6.1"],
      pciDss: ["8.6.1"],
      mitreAtlas: ["AML.T0055"],
    },
    checks: {
      azure: [
        {
          types: CONNECTIONS,
          whenAbsent: "complies",
          cloudDefault: "must be given",
          evaluate: ({ props }) => mustNotBeOneOf(props, "properties.authType", STORED_CREDENTIALS),
        },
        {
          types: [
            "azure:cognitive/accountConnectionApiKey:AccountConnectionApiKey",
            "azure:cognitive/accountConnectionAccountKey:AccountConnectionAccountKey",
            "azure:cognitive/accountConnectionCustomKeys:AccountConnectionCustomKeys",
          ],
          whenAbsent: "violates",
          forbidsType: true,
          cloudDefault: "the type stands for a stored key",
          evaluate: () => [violation("stores a key; use a connection that signs in with Entra ID")],
        },
      ],
    },
  },
];

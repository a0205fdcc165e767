/** Controls of who may become an identity: trust, public grants, credentials. */
import { type Answer, all, any, not, violatesIf } from "../checks/answers.ts";
import {
  isConditionedOn,
  namesAnyone,
  noStatement,
  readDocument,
  type Statement,
  some,
} from "../checks/iam-document.ts";
import { PUBLIC_MEMBERS } from "../checks/public-members.ts";
import { GCP_ML_GRANTS, GCP_WIDE_GRANTS, grantViolatesIf, onGcpGrants } from "../checks/role-grants.ts";
import type { Check, Control, ResourceView } from "../control.ts";
import { mustBeAbsent, mustBeSet, mustEqual, violation } from "../findings.ts";
import { elementPaths, read, readJson, textOf } from "../read.ts";

const ROLE = "aws:iam/role:Role";

/** No statement of a role's trust policy may be one of which the question is answered with yes. */
function inTrust(question: (statement: Statement) => Answer, problem: string): Check {
  return {
    types: [ROLE],
    whenAbsent: "complies",
    cloudDefault: "the trust policy is required",
    evaluate: ({ props }) =>
      noStatement(props, "assumeRolePolicy", (statement) => all(statement.allows, question(statement)), problem),
  };
}

/** A resource that is a credential, or a person's account, by being there. */
function forbidden(types: string[], cloudDefault: string, message: string): Check {
  return {
    types,
    whenAbsent: "violates",
    forbidsType: true,
    cloudDefault,
    evaluate: () => [violation(message)],
  };
}

/** No role may be granted to such a member. */
function noGrantTo(isForbidden: (member: string) => boolean, problem: string): Check {
  return {
    types: [...GCP_WIDE_GRANTS, ...GCP_ML_GRANTS],
    whenAbsent: "complies",
    cloudDefault: "no members",
    evaluate: ({ props }) => onGcpGrants(props, (grant) => grantViolatesIf(grant.member(isForbidden), grant, problem)),
  };
}

/** Conditions that say which principals are meant. */
const PRINCIPAL_KEYS = [
  "aws:PrincipalAccount",
  "aws:PrincipalArn",
  "aws:PrincipalOrgID",
  "aws:PrincipalOrgPaths",
  "aws:PrincipalTag/",
  "aws:SourceAccount",
  "aws:SourceArn",
  "aws:SourceOrgID",
  "aws:SourceOrgPaths",
  "sts:ExternalId",
];

/** Conditions that say on whose behalf a service acts. */
const SOURCE_KEYS = ["aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths"];

/** The principals of a statement that are AWS accounts or identities in them, with their accounts. */
function accountPrincipals({ principals }: Statement): { principal: string; account: string }[] {
  return (principals?.AWS?.known ?? []).flatMap((principal) => {
    const account = /^(?:arn:[\w-]+:(?:iam|sts)::)?(\d{12})(?::|$)/.exec(principal)?.[1];
    return account ? [{ principal, account }] : [];
  });
}

/** The accounts that a stack may use: those of its provider, and those that the configuration trusts. */
function ownAccounts({ provider }: ResourceView, trusted: string[]): string[] {
  if (!provider) return trusted;
  // SDKs send a provider's lists and objects as JSON.
  const allowed = readJson(provider.props, "allowedAccountIds");
  if (allowed.state !== "known") return trusted;
  const list = { allowed: allowed.value };
  const paths = elementPaths(list, "allowed");
  if (!Array.isArray(paths)) return trusted;
  const readings = paths.map((path) => read(list, path));
  return [...trusted, ...readings.flatMap((one) => (one.state === "known" ? [textOf(one.value)] : []))];
}

function isWholeAccount(principal: string): boolean {
  return /^(?:\d{12}|arn:[\w-]+:iam::\d{12}:root)$/.test(principal);
}

function namesService(statement: Statement, services: string[]): Answer {
  return some(statement.principals?.Service, (service) => services.includes(service));
}

/** Whether the role can be assumed by one of these services. */
function trusts(props: object, services: string[]): Answer {
  const document = readDocument(props, "assumeRolePolicy");
  if (document.state === "unknown") return document;
  if (document.state !== "known") return false;
  const trusting = document.statements.map((statement) => all(statement.allows, namesService(statement, services)));
  return any(...trusting, ...document.unknownStatements);
}

/** Service accounts that Google creates for a project, which every machine gets that names none. */
const DEFAULT_ACCOUNT = /^serviceAccount:(?:\d+-compute@developer|[\w-]+@appspot)\.gserviceaccount\.com$/;

/** Controls of trust and credentials. */
export const trust: Control[] = [
  {
    id: "identity-not-public",
    title: "No identity or ML resource is open to everybody",
    severity: "critical",
    why: "Whatever everybody may use, attackers use: their own account is enough to take the identity over.",
    remedy: "Name the people, services and accounts that are meant.",
    frameworks: {
      nist80053: ["AC-3", "AC-14"],
      iso27001: ["A.5.15"],
      soc2: ["CC6.1"],
      pciDss: ["7.2.1"],
      googlePolicy: ["constraints/iam.allowedPolicyMemberDomains"],
      checkov: ["CKV_AWS_60"],
    },
    checks: {
      aws: [
        inTrust(
          (statement) => all(namesAnyone(statement), not(isConditionedOn(statement, PRINCIPAL_KEYS))),
          "lets everybody assume the role",
        ),
      ],
      gcp: [noGrantTo((member) => PUBLIC_MEMBERS.includes(member), "grants a role to everybody")],
    },
  },
  {
    id: "trust-carries-source",
    title: "Trust in a service names the account on whose behalf it acts",
    severity: "high",
    why: "A service that works for every customer can be made to use the role for somebody else's request (confused deputy).",
    remedy: "Add a condition on aws:SourceAccount, and on aws:SourceArn where the service sends it.",
    frameworks: { nist80053: ["AC-3", "AC-4"], iso27001: ["A.5.15"], soc2: ["CC6.1"], pciDss: ["7.2.1"] },
    url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    parameters: {
      services: {
        description: "Services that act for other accounts and send the source account when they assume a role.",
        type: "array",
        default: [
          "bedrock.amazonaws.com",
          "codebuild.amazonaws.com",
          "config.amazonaws.com",
          "firehose.amazonaws.com",
          "pipes.amazonaws.com",
          "sagemaker.amazonaws.com",
          "scheduler.amazonaws.com",
          "states.amazonaws.com",
          "vpc-flow-logs.amazonaws.com",
        ],
      },
    },
    checks: {
      aws: [
        {
          types: [ROLE],
          whenAbsent: "complies",
          cloudDefault: "the trust policy is required",
          evaluate: ({ props }, context) =>
            noStatement(
              props,
              "assumeRolePolicy",
              (statement) =>
                all(
                  statement.allows,
                  namesService(statement, context.list("services")),
                  not(isConditionedOn(statement, SOURCE_KEYS)),
                ),
              "trusts a service without naming the source account",
            ),
        },
      ],
    },
  },
  {
    id: "federated-trust-names-subject",
    title: "Trust in an identity provider names whose tokens it means",
    severity: "high",
    why: "A provider such as GitHub signs tokens for all its customers: without the subject, each of them gets in.",
    remedy: "Add a condition on the provider's sub claim (SAML:sub or SAML:aud), or an attribute condition.",
    frameworks: {
      nist80053: ["IA-5(2)", "IA-8"],
      iso27001: ["A.5.16"],
      soc2: ["CC6.1"],
      pciDss: ["8.3.1"],
      checkov: ["CKV_AWS_393", "CKV_GCP_118"],
    },
    checks: {
      aws: [
        inTrust(
          (statement) =>
            all(
              some(statement.principals?.Federated, () => true),
              not(isConditionedOn(statement, [":sub", "SAML:sub", "SAML:aud"])),
            ),
          "trusts every token of an identity provider",
        ),
      ],
      gcp: [
        {
          types: ["gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"],
          whenAbsent: "violates",
          cloudDefault: "every token of the provider",
          evaluate: ({ props }) => mustBeSet(props, "attributeCondition"),
        },
      ],
    },
  },
  {
    id: "trust-names-principals",
    title: "Trust in an account names the identities in it, and other accounts carry an external id",
    severity: "medium",
    why: "A whole account means whoever its administrators let; another customer's account may be tricked into using the role.",
    remedy:
      "Name the role, or add a condition on aws:PrincipalArn; for other accounts on sts:ExternalId or aws:PrincipalOrgID.",
    frameworks: {
      nist80053: ["AC-3", "AC-6"],
      iso27001: ["A.5.15"],
      soc2: ["CC6.1"],
      pciDss: ["7.2.1"],
      checkov: ["CKV_AWS_61"],
    },
    parameters: {
      trustedAccounts: {
        description: "Ids of accounts that count as one's own, besides the allowed accounts of the stack's provider.",
        type: "array",
        default: [],
      },
    },
    checks: {
      aws: [
        {
          types: [ROLE],
          whenAbsent: "complies",
          cloudDefault: "the trust policy is required",
          evaluate: (role, context) => {
            const own = ownAccounts(role, context.list("trustedAccounts"));
            const isLoose = (statement: Statement) =>
              accountPrincipals(statement).some(
                ({ principal, account }) => isWholeAccount(principal) || !own.includes(account),
              );
            return noStatement(
              role.props,
              "assumeRolePolicy",
              (statement) => all(statement.allows, isLoose(statement), not(isConditionedOn(statement, PRINCIPAL_KEYS))),
              "trusts a whole account, or one that is not the stack's own, without a condition",
            );
          },
        },
      ],
    },
  },
  {
    id: "workload-role-boundary",
    title: "Roles that run a team's code have a permissions boundary",
    severity: "medium",
    why: "A boundary holds whatever anybody attaches to the role later.",
    remedy: "Set permissionsBoundary to the workspace's boundary policy.",
    frameworks: { nist80053: ["AC-6"], iso27001: ["A.8.2"], soc2: ["CC6.3"], pciDss: ["7.2.2"] },
    url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    parameters: {
      services: {
        description: "Services that run a team's code with the role.",
        type: "array",
        default: ["sagemaker.amazonaws.com"],
      },
    },
    checks: {
      aws: [
        {
          types: [ROLE],
          whenAbsent: "complies",
          cloudDefault: "no trust",
          evaluate: ({ props }, context) => {
            const unset = mustBeSet(props, "permissionsBoundary").length > 0;
            const message = "permissionsBoundary is not set, and the role runs a team's code; set it";
            return violatesIf(all(unset, trusts(props, context.list("services"))), message);
          },
        },
      ],
    },
  },
  {
    id: "no-long-lived-credentials",
    title: "People and workloads use short-lived credentials",
    severity: "high",
    why: "A key that never expires is copied into notebooks and repositories, and works for whoever finds it.",
    remedy: "Use roles, service accounts and managed identities; let people sign in through the identity provider.",
    frameworks: {
      nist80053: ["AC-2", "IA-5(2)"],
      cis: ["GCP 3.0.0 1.4"],
      iso27001: ["A.5.16", "A.5.17"],
      soc2: ["CC6.1"],
      pciDss: ["8.6.3"],
      mitreAtlas: ["AML.T0012"],
      googlePolicy: ["constraints/iam.disableServiceAccountKeyCreation"],
      checkov: ["CKV_AWS_273", "CKV_AWS_348", "CKV2_AWS_22", "CKV2_GCP_3"],
    },
    checks: {
      aws: [
        forbidden(["aws:iam/user:User"], "a user is there to sign in or to hold keys", "is an IAM user; use a role"),
        forbidden(
          ["aws:iam/userLoginProfile:UserLoginProfile"],
          "a password",
          "is a password of an IAM user; let people sign in through the identity provider",
        ),
        {
          types: ["aws:iam/accessKey:AccessKey", "aws:iam/serviceSpecificCredential:ServiceSpecificCredential"],
          whenAbsent: "violates",
          cloudDefault: "an active credential",
          evaluate: ({ props }) => mustEqual(props, "status", "Inactive", { absent: "violates" }),
        },
      ],
      gcp: [
        forbidden(["gcp:serviceaccount/key:Key"], "a key", "is a key of a service account; attach the account instead"),
        {
          types: ["gcp:storage/hmacKey:HmacKey"],
          whenAbsent: "violates",
          cloudDefault: "an active key",
          evaluate: ({ props }) => mustEqual(props, "state", "INACTIVE", { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "default-identity-without-rights",
    title: "The default service accounts of a project have no rights",
    severity: "high",
    why: "Every machine that names no service account gets the default one, and all that was ever granted to it.",
    remedy: "Grant the role to a service account that was made for the purpose.",
    frameworks: {
      nist80053: ["AC-6", "CM-7"],
      iso27001: ["A.5.15"],
      soc2: ["CC6.3"],
      pciDss: ["2.2.2"],
      googlePolicy: ["constraints/iam.automaticIamGrantsForDefaultServiceAccounts"],
      checkov: ["CKV_GCP_46", "CKV_GCP_47", "CKV_GCP_48"],
    },
    checks: {
      gcp: [noGrantTo((member) => DEFAULT_ACCOUNT.test(member), "grants a role to a default service account")],
    },
  },
  {
    id: "policies-not-on-users",
    title: "Policies are attached to roles and groups, not to users",
    severity: "low",
    why: "Rights of single users are forgotten when people change their jobs.",
    remedy: "Attach the policy to a role, or to a group.",
    frameworks: {
      nist80053: ["AC-2", "AC-6"],
      cis: ["AWS 3.0.0 1.15"],
      iso27001: ["A.5.18"],
      soc2: ["CC6.2"],
      pciDss: ["7.2.4"],
      securityHub: ["IAM.2"],
      checkov: ["CKV_AWS_40"],
    },
    checks: {
      aws: [
        forbidden(
          ["aws:iam/userPolicy:UserPolicy", "aws:iam/userPolicyAttachment:UserPolicyAttachment"],
          "rights of one user",
          "gives a policy to a user; give it to a role or a group",
        ),
        {
          types: ["aws:iam/policyAttachment:PolicyAttachment"],
          whenAbsent: "complies",
          cloudDefault: "no users",
          evaluate: ({ props }) => mustBeAbsent(props, "users"),
        },
      ],
    },
  },
  {
    id: "role-assignment-principal-type",
    title: "Role assignments say what kind of principal they mean",
    severity: "low",
    why: "Without it an assignment to an identity that was just made fails, and people repeat it until it hits another id.",
    remedy: "Set principalType to ServicePrincipal, Group or User.",
    frameworks: { nist80053: ["AC-2"], iso27001: ["A.5.16"], soc2: ["CC6.2"] },
    url: "https://learn.microsoft.com/azure/role-based-access-control/troubleshooting",
    checks: {
      azure: [
        {
          types: ["azure-native:authorization:RoleAssignment"],
          whenAbsent: "violates",
          cloudDefault: "Azure looks the principal up",
          evaluate: ({ props }) => mustBeSet(props, "principalType"),
        },
      ],
    },
  },
];

import {
  AZURE_ML_COMPUTE,
  CLASSIC_COMPUTE_CLUSTER,
  CLASSIC_COMPUTE_INSTANCE,
  COLAB_TEMPLATE,
  LEGACY_NOTEBOOK,
  LEGACY_RUNTIME,
  SAGEMAKER_DOMAIN,
  SAGEMAKER_NOTEBOOK,
  SAGEMAKER_SPACE,
  SAGEMAKER_USER_PROFILE,
  WORKBENCH,
} from "../../../policy-pack/checks/types.ts";
import type { ControlCases, ResourceCase, StackCase } from "../cases.ts";
import { type TestResource, unknown } from "../server.ts";

const KEY = "arn:aws:kms:eu-west-1:111122223333:key/1";
const ALIAS = "arn:aws:kms:eu-west-1:111122223333:alias";
const GOOGLE_KEY = "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k";

/** The same cases on several types. */
function on(control: string, types: string[], cases: ResourceCase[]): ControlCases[] {
  return types.map((type) => ({ control, type, cases }));
}

/** Properties of a Workbench instance. */
function workbench(gceSetup: Record<string, unknown>): Record<string, unknown> {
  return { gceSetup };
}

/** Properties of a managed notebook's machine. */
function machine(virtualMachineConfig: Record<string, unknown>): Record<string, unknown> {
  return { virtualMachine: { virtualMachineConfig } };
}

/** Properties of Azure ML compute. */
function compute(computeType: unknown, properties: Record<string, unknown>, more = {}): Record<string, unknown> {
  return { properties: { computeType, properties, ...more } };
}

/** The same cases on both generations of notebooks that have metadata. */
function metadataAt(
  cases: (type: string, at: (metadata: unknown) => Record<string, unknown>) => ControlCases[],
): ControlCases[] {
  return [
    ...cases(WORKBENCH, (metadata) => workbench({ metadata })),
    ...cases(LEGACY_NOTEBOOK, (metadata) => ({ metadata })),
  ];
}

/** Cases of a metadata key. */
function metadata(control: string, key: string, good: string, bad: string): ControlCases[] {
  return metadataAt((type, at) =>
    on(
      control,
      [type],
      [
        ["set", at({ [key]: good }), "complies"],
        ["set otherwise", at({ [key]: bad }), "violates"],
      ],
    ),
  );
}

const noDirectInternet: ControlCases[] = [
  ...on("notebook-no-direct-internet", SAGEMAKER_NOTEBOOK, [
    ["off", { directInternetAccess: "Disabled" }, "complies"],
    ["on", { directInternetAccess: "Enabled" }, "violates"],
    ["unknown", { directInternetAccess: unknown }, "undecided"],
    ["of a wrong type", { directInternetAccess: { Disabled: true } }, "violates"],
  ]),
  ...on(
    "notebook-no-direct-internet",
    [WORKBENCH],
    [
      ["off", workbench({ disablePublicIp: true, networkInterfaces: [{ subnet: "s" }] }), "complies"],
      ["off, as text", workbench({ disablePublicIp: "true" }), "complies"],
      ["on", workbench({ disablePublicIp: false }), "violates"],
      [
        "off, with a public address all the same",
        workbench({ disablePublicIp: true, networkInterfaces: [{ accessConfigs: [{ externalIp: "203.0.113.7" }] }] }),
        "violates",
      ],
      ["unknown", workbench({ disablePublicIp: unknown }), "undecided"],
      ["unknown set-up", { gceSetup: unknown }, "undecided"],
      ["unknown interfaces", workbench({ disablePublicIp: true, networkInterfaces: unknown }), "undecided"],
      [
        "on, with unknown interfaces",
        workbench({ disablePublicIp: false, networkInterfaces: unknown }),
        "violates, rest undecided",
      ],
      ["a set-up of a wrong type", { gceSetup: "private" }, "violates"],
    ],
  ),
  ...on(
    "notebook-no-direct-internet",
    [LEGACY_NOTEBOOK],
    [
      ["off", { noPublicIp: true }, "complies"],
      ["on", { noPublicIp: false }, "violates"],
      ["unknown", { noPublicIp: unknown }, "undecided"],
    ],
  ),
  ...on(
    "notebook-no-direct-internet",
    [LEGACY_RUNTIME],
    [
      ["off", machine({ internalIpOnly: true }), "complies"],
      ["on", machine({ internalIpOnly: false }), "violates"],
      ["unknown machine", { virtualMachine: unknown }, "undecided"],
    ],
  ),
  ...on(
    "notebook-no-direct-internet",
    [COLAB_TEMPLATE],
    [
      ["off", { networkSpec: { enableInternetAccess: false } }, "complies"],
      ["on", { networkSpec: { enableInternetAccess: true } }, "violates"],
      ["unknown", { networkSpec: { enableInternetAccess: unknown } }, "undecided"],
    ],
  ),
  ...on(
    "notebook-no-direct-internet",
    [AZURE_ML_COMPUTE],
    [
      ["off, on an instance", compute("ComputeInstance", { enableNodePublicIp: false }), "complies"],
      ["off, on a cluster", compute("AmlCompute", { enableNodePublicIp: false }), "complies"],
      ["on, on an instance", compute("ComputeInstance", { enableNodePublicIp: true }), "violates"],
      ["left out, on a cluster", compute("AmlCompute", {}), "violates"],
      ["attached compute of another kind", compute("Databricks", {}), "complies"],
      ["left out, on an unknown kind", compute(unknown, {}), "undecided"],
      ["unknown", compute("ComputeInstance", { enableNodePublicIp: unknown }), "undecided"],
    ],
  ),
  ...on(
    "notebook-no-direct-internet",
    [CLASSIC_COMPUTE_INSTANCE, CLASSIC_COMPUTE_CLUSTER],
    [
      ["off", { nodePublicIpEnabled: false }, "complies"],
      ["on", { nodePublicIpEnabled: true }, "violates"],
    ],
  ),
];

/** Runs of notebooks, and their properties: a run by itself, or inside a schedule. */
const RUNS: [type: string, run: (properties: Record<string, unknown>) => Record<string, unknown>][] = [
  ["gcp:colab/notebookExecution:NotebookExecution", (properties) => properties],
  ["gcp:colab/schedule:Schedule", scheduled],
  ["gcp:vertex/aiSchedule:AiSchedule", scheduled],
];

function scheduled(notebookExecutionJob: unknown): Record<string, unknown> {
  return { createNotebookExecutionJobRequest: { notebookExecutionJob } };
}

/** Cases of runs that describe their machine themselves. */
function ownMachine(
  control: string,
  cases: (machine: (customEnvironmentSpec: unknown) => Record<string, unknown>) => ResourceCase[],
): ControlCases[] {
  return RUNS.flatMap(([type, run]) =>
    on(
      control,
      [type],
      [
        ["the machine of a template", run({ notebookRuntimeTemplateResourceName: "t" }), "complies"],
        ["an unknown machine", run({ customEnvironmentSpec: unknown }), "undecided"],
        ...cases((customEnvironmentSpec) => run({ customEnvironmentSpec })),
      ],
    ),
  );
}

const runsWithoutInternet = ownMachine("notebook-no-direct-internet", (machineOf) => [
  ["off", machineOf({ networkSpec: { enableInternetAccess: false } }), "complies"],
  ["on", machineOf({ networkSpec: { enableInternetAccess: true } }), "violates"],
  ["left out", machineOf({}), "violates"],
]);

const OWN = "projects/p/global/networks/ml";
const OWN_SUBNET = "projects/p/regions/r/subnetworks/ml";
const COMPUTE = "https://www.googleapis.com/compute/v1";
const networkCases = (at: (network: unknown, subnet: unknown) => Record<string, unknown>): ResourceCase[] => [
  ["a network and subnet of its own", at(OWN, "projects/p/regions/r/subnetworks/notebooks"), "complies"],
  ["a subnet only", at(undefined, "notebooks"), "complies"],
  ["a network only", at(OWN, undefined), "complies"],
  ["a network that is made along with it", at(unknown, unknown), "complies"],
  ["the default network", at("projects/p/global/networks/default", undefined), "violates"],
  ["the default subnet of a network", at(OWN, "projects/p/regions/r/subnetworks/default"), "violates"],
  ["the default network by its name", at("default", undefined), "violates"],
  ["a network of a wrong type", at({ id: OWN }, undefined), "violates"],
  ["an approved network", at(OWN, undefined), "complies", { approvedNetworks: ["projects/p/global/networks/*"] }],
  ["an approved network, by its URL", at(`${COMPUTE}/${OWN}`, undefined), "complies", { approvedNetworks: [OWN] }],
  [
    "an approved subnet of another network",
    at("elsewhere", OWN_SUBNET),
    "complies",
    { approvedNetworks: [OWN_SUBNET] },
  ],
  ["a network that is not approved", at(OWN, undefined), "violates", { approvedNetworks: ["projects/p2/*"] }],
  ["a network that may be approved", at(unknown, undefined), "undecided", { approvedNetworks: ["projects/p2/*"] }],
];

const ML_WORKSPACE = "azure-native:machinelearningservices:Workspace";
const CLASSIC_WORKSPACE = "azure:machinelearning/workspace:Workspace";
const workspaceUrn = `urn:pulumi:test::policies::${ML_WORKSPACE}::ml`;
const SUBNET = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/v/subnets/notebooks";

function mlWorkspace(isolationMode: unknown, workspaceName: unknown = "ml"): TestResource {
  return {
    type: ML_WORKSPACE,
    name: "ml",
    urn: workspaceUrn,
    properties: { workspaceName, managedNetwork: { isolationMode } },
  };
}

function instanceOf(workspaceName: unknown, more = {}): TestResource {
  return {
    type: AZURE_ML_COMPUTE,
    properties: { workspaceName, ...compute("ComputeInstance", more) },
    propertyDependencies: workspaceName === unknown ? { workspaceName: [workspaceUrn] } : {},
  };
}

const privateNetwork: ControlCases[] = [
  ...on("notebook-private-network", SAGEMAKER_NOTEBOOK, [
    ["a subnet", { subnetId: "subnet-1" }, "complies"],
    ["a subnet that is made along with it", { subnetId: unknown }, "complies"],
    ["an empty subnet", { subnetId: "" }, "violates"],
  ]),
  ...on(
    "notebook-private-network",
    [WORKBENCH],
    [
      ...networkCases((network, subnet) => workbench({ networkInterfaces: [{ network, subnet }] })),
      ["no interface", workbench({ networkInterfaces: [] }), "violates"],
      ["unknown interfaces", workbench({ networkInterfaces: unknown }), "undecided"],
      ["interfaces of a wrong type", workbench({ networkInterfaces: "default" }), "violates"],
    ],
  ),
  ...on(
    "notebook-private-network",
    [LEGACY_NOTEBOOK],
    networkCases((network, subnet) => ({ network, subnet })),
  ),
  ...on(
    "notebook-private-network",
    [LEGACY_RUNTIME],
    networkCases((network, subnet) => machine({ network, subnet })),
  ),
  ...on(
    "notebook-private-network",
    [COLAB_TEMPLATE],
    networkCases((network, subnetwork) => ({ networkSpec: { network, subnetwork } })),
  ),
  ...RUNS.flatMap(([type, run]) =>
    on(
      "notebook-private-network",
      [type],
      [
        ["the machine of a template", run({ notebookRuntimeTemplateResourceName: "t" }), "complies"],
        ["a machine without a network", run({ customEnvironmentSpec: {} }), "violates"],
        ...networkCases((network, subnetwork) =>
          run({ customEnvironmentSpec: { networkSpec: { network, subnetwork } } }),
        ),
      ],
    ),
  ),
  {
    control: "notebook-private-network",
    type: AZURE_ML_COMPUTE,
    stackCases: [
      ["a subnet of its own", [instanceOf("elsewhere", { subnet: { id: SUBNET } })], "complies"],
      ["a subnet that is made along with it", [instanceOf("elsewhere", { subnet: { id: unknown } })], "complies"],
      ["a managed network", [instanceOf("ml"), mlWorkspace("AllowOnlyApprovedOutbound")], "complies"],
      [
        "a managed network, by reference",
        [instanceOf(unknown), mlWorkspace("AllowInternetOutbound", unknown)],
        "complies",
      ],
      ["no network", [instanceOf("ml"), mlWorkspace("Disabled")], "violates"],
      ["no network, by reference", [instanceOf(unknown), mlWorkspace("Disabled")], "violates"],
      [
        "another workspace's managed network",
        [instanceOf("ml"), mlWorkspace("AllowOnlyApprovedOutbound", "b")],
        "violates",
      ],
      ["an unknown managed network", [instanceOf("ml"), mlWorkspace(unknown)], "undecided"],
      ["a workspace outside the stack", [instanceOf("elsewhere")], "violates"],
      [
        "the managed network of a workspace that the provider named",
        [
          instanceOf("ml-1234"),
          {
            type: ML_WORKSPACE,
            properties: { name: "ml-1234", managedNetwork: { isolationMode: "AllowInternetOutbound" } },
          },
        ],
        "complies",
      ],
      [
        "the managed network of another stack's hub",
        [
          instanceOf("ml"),
          {
            type: "azure:aifoundry/hub:Hub",
            properties: { id: "/w/other", managedNetwork: { isolationMode: "AllowInternetOutbound" } },
          },
        ],
        "violates",
      ],
      [
        "a kind of compute that brings its own network",
        [{ type: AZURE_ML_COMPUTE, properties: compute("Kubernetes", {}) }],
        "complies",
      ],
    ],
  },
  ...[CLASSIC_COMPUTE_INSTANCE, CLASSIC_COMPUTE_CLUSTER].map(
    (type): ControlCases => ({
      control: "notebook-private-network",
      type,
      stackCases: [
        ["a subnet of its own", [{ type, properties: { subnetResourceId: SUBNET } }], "complies"],
        ["no network", [{ type, properties: { machineLearningWorkspaceId: "/w/ml" } }], "violates"],
        [
          "a managed network",
          [
            { type, properties: { machineLearningWorkspaceId: "/w/ml" } },
            {
              type: CLASSIC_WORKSPACE,
              properties: { id: "/W/ml", managedNetwork: { isolationMode: "AllowOnlyApprovedOutbound" } },
            },
          ],
          "complies",
        ],
        [
          "the managed network of a hub",
          [
            { type, properties: { machineLearningWorkspaceId: "/w/hub" } },
            {
              type: "azure:aifoundry/hub:Hub",
              properties: { id: "/w/hub", managedNetwork: { isolationMode: "AllowOnlyApprovedOutbound" } },
            },
          ],
          "complies",
        ],
      ],
    }),
  ),
];

const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const groupUrn = `urn:pulumi:test::policies::${GROUP}::group`;
const OPEN = { cidrBlocks: ["0.0.0.0/0"] };
const HALF = { cidrBlocks: ["0.0.0.0/1"] };
const CLOSED = { cidrBlocks: ["10.0.0.0/16"] };

function securityGroup(properties: Record<string, unknown> = {}, id: unknown = "sg-1"): TestResource {
  return { type: GROUP, name: "group", urn: groupUrn, properties: { id, ...properties } };
}

function groupRule(properties: Record<string, unknown>, securityGroupId: unknown = "sg-1"): TestResource {
  return {
    type: "aws:ec2/securityGroupRule:SecurityGroupRule",
    name: "rule",
    properties: { securityGroupId, ...properties },
    propertyDependencies: securityGroupId === unknown ? { securityGroupId: [groupUrn] } : {},
  };
}

function ingressRule(properties: Record<string, unknown>): TestResource {
  const type = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
  return { type, name: "rule", properties: { securityGroupId: "sg-1", ...properties } };
}

function prefixList(ranges: string[] = []): TestResource {
  return {
    type: "aws:ec2/managedPrefixList:ManagedPrefixList",
    name: "list",
    properties: { id: "pl-1", entries: ranges.map((cidr) => ({ cidr })) },
  };
}

function prefixListEntry(cidr: unknown): TestResource {
  const type = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry";
  return { type, name: "entry", properties: { prefixListId: "pl-1", cidr } };
}

function nativeGroup(securityGroupIngress: unknown[] = []): TestResource {
  return {
    type: "aws-native:ec2:SecurityGroup",
    name: "native",
    properties: { groupId: "sg-1", securityGroupIngress },
  };
}

function nativeRule(properties: Record<string, unknown>): TestResource {
  return {
    type: "aws-native:ec2:SecurityGroupIngress",
    name: "rule",
    properties: { groupId: "sg-1", ipProtocol: "tcp", ...properties },
  };
}

function groupCases(type: string, at: (groups: unknown) => Record<string, unknown>): ControlCases {
  const property = Object.keys(at([]))[0]!;
  const user = (groups: unknown, made = false): TestResource => ({
    type,
    properties: at(groups),
    propertyDependencies: made ? { [property]: [groupUrn] } : {},
  });
  return {
    control: "notebook-security-groups-closed",
    type,
    cases: SAGEMAKER_USER_PROFILE.includes(type)
      ? []
      : [
          ["a group", at(["sg-1"]), "complies"],
          ["a group that is made along with it", at([unknown]), "complies"],
          ["no group", at([]), "violates"],
          ["groups of a wrong type", at("sg-1"), "violates"],
        ],
    stackCases: [
      ["a group without rules", [user(["sg-1"]), securityGroup()], "complies"],
      ["a closed group", [user(["sg-1"]), securityGroup({ ingress: [CLOSED] })], "complies"],
      ["a group whose rules the provider lists", [user(["sg-1"]), securityGroup({ ingress: unknown })], "complies"],
      ["a group that is open", [user(["sg-1"]), securityGroup({ ingress: [CLOSED, OPEN] })], "violates"],
      [
        "a group open for IPv6",
        [user(["sg-1"]), securityGroup({ ingress: [{ ipv6CidrBlocks: ["::/0"] }] })],
        "violates",
      ],
      [
        "a group that is open, by reference",
        [user([unknown], true), securityGroup({ ingress: [OPEN] }, unknown)],
        "violates",
      ],
      ["an open group of somebody else", [user(["sg-2"]), securityGroup({ ingress: [OPEN] })], "complies"],
      [
        "an open group that may be its own",
        [user([unknown]), securityGroup({ ingress: [OPEN] }, unknown)],
        "undecided",
      ],
      ["a rule for some", [user(["sg-1"]), securityGroup(), groupRule({ type: "ingress", ...CLOSED })], "complies"],
      ["a rule for everybody", [user(["sg-1"]), securityGroup(), groupRule({ type: "ingress", ...OPEN })], "violates"],
      [
        "a rule for everybody, by reference",
        [user([unknown], true), securityGroup({}, unknown), groupRule({ type: "ingress", ...OPEN }, unknown)],
        "violates",
      ],
      ["an egress rule", [user(["sg-1"]), securityGroup(), groupRule({ type: "egress", ...OPEN })], "complies"],
      [
        "a rule for unknown ranges",
        [user(["sg-1"]), securityGroup(), groupRule({ type: "ingress", cidrBlocks: unknown })],
        "undecided",
      ],
      [
        "a single rule for everybody",
        [user(["sg-1"]), securityGroup(), ingressRule({ cidrIpv4: "0.0.0.0/0" })],
        "violates",
      ],
      [
        "a single rule for some",
        [user(["sg-1"]), securityGroup(), ingressRule({ cidrIpv4: "10.0.0.0/8" })],
        "complies",
      ],
      [
        "a single rule for everybody by IPv6",
        [user(["sg-1"]), securityGroup(), ingressRule({ cidrIpv6: "::/0" })],
        "violates",
      ],
      ["rules of a wrong type", [user(["sg-1"]), securityGroup({ ingress: "none" })], "complies"],
      [
        "rules that are not known yet",
        [user(["sg-1"]), { ...securityGroup({ ingress: unknown }), propertyDependencies: { ingress: [groupUrn] } }],
        "undecided",
      ],
      ["a group that half the internet may reach", [user(["sg-1"]), securityGroup({ ingress: [HALF] })], "violates"],
      [
        "a rule for half the internet",
        [user(["sg-1"]), securityGroup(), ingressRule({ cidrIpv4: "128.0.0.0/1" })],
        "violates",
      ],
      [
        "a group that admits a list of everybody",
        [
          user(["sg-1"]),
          securityGroup({ ingress: [{ prefixListIds: ["pl-1"] }] }),
          prefixList(["10.0.0.0/8", "0.0.0.0/0"]),
        ],
        "violates",
      ],
      [
        "a group that admits a list of some",
        [user(["sg-1"]), securityGroup({ ingress: [{ prefixListIds: ["pl-1"] }] }), prefixList(["10.0.0.0/8"])],
        "complies",
      ],
      [
        "a rule for a list of everybody",
        [user(["sg-1"]), securityGroup(), ingressRule({ prefixListId: "pl-1" }), prefixList(["::/0"])],
        "violates",
      ],
      [
        "a rule for another list",
        [user(["sg-1"]), securityGroup(), ingressRule({ prefixListId: "pl-2" }), prefixList(["::/0"])],
        "complies",
      ],
      [
        "a rule for a list with an entry for everybody",
        [
          user(["sg-1"]),
          securityGroup(),
          ingressRule({ prefixListId: "pl-1" }),
          prefixList(),
          prefixListEntry("0.0.0.0/0"),
        ],
        "violates",
      ],
      [
        "a rule for a list with an unknown entry",
        [
          user(["sg-1"]),
          securityGroup(),
          ingressRule({ prefixListId: "pl-1" }),
          prefixList(),
          prefixListEntry(unknown),
        ],
        "undecided",
      ],
      [
        "an egress rule for a list of everybody",
        [
          user(["sg-1"]),
          securityGroup(),
          groupRule({ type: "egress", prefixListIds: ["pl-1"] }),
          prefixList(["0.0.0.0/0"]),
        ],
        "complies",
      ],
      [
        "a list of everybody of aws-native",
        [
          user(["sg-1"]),
          nativeGroup([{ sourcePrefixListId: "pl-1" }]),
          { type: "aws-native:ec2:PrefixList", properties: { prefixListId: "pl-1", entries: [{ cidr: "0.0.0.0/0" }] } },
        ],
        "violates",
      ],
      ["an open group of aws-native", [user(["sg-1"]), nativeGroup([{ cidrIp: "0.0.0.0/0" }])], "violates"],
      ["a group of aws-native, open for IPv6", [user(["sg-1"]), nativeGroup([{ cidrIpv6: "::/0" }])], "violates"],
      ["a closed group of aws-native", [user(["sg-1"]), nativeGroup([{ cidrIp: "10.0.0.0/16" }])], "complies"],
      [
        "a rule of aws-native for everybody",
        [user(["sg-1"]), nativeGroup(), nativeRule({ cidrIp: "0.0.0.0/0" })],
        "violates",
      ],
      [
        "a rule of aws-native for some",
        [user(["sg-1"]), nativeGroup(), nativeRule({ sourceSecurityGroupId: "sg-1" })],
        "complies",
      ],
      [
        "a rule of aws-native for another group",
        [user(["sg-1"]), nativeGroup(), nativeRule({ cidrIp: "0.0.0.0/0", groupId: "sg-2" })],
        "complies",
      ],
    ],
  };
}

const securityGroups: ControlCases[] = [
  groupCases("aws:sagemaker/notebookInstance:NotebookInstance", (groups) => ({ securityGroups: groups })),
  groupCases("aws-native:sagemaker:NotebookInstance", (groups) => ({ securityGroupIds: groups })),
  ...SAGEMAKER_DOMAIN.map((type) =>
    groupCases(type, (groups) => ({ defaultUserSettings: { executionRole: "arn", securityGroups: groups } })),
  ),
  ...SAGEMAKER_USER_PROFILE.map((type) =>
    groupCases(type, (groups) => ({ userSettings: { executionRole: "arn", securityGroups: groups } })),
  ),
  ...SAGEMAKER_DOMAIN.map(
    (type): ControlCases => ({
      control: "notebook-security-groups-closed",
      type,
      stackCases: [
        { defaultSpaceSettings: { securityGroups: ["sg-1"] } },
        { domainSettings: { securityGroupIds: ["sg-1"] } },
      ].flatMap((settings): StackCase[] => [
        [`closed: ${Object.keys(settings)}`, [{ type, properties: settings }, securityGroup()], "complies"],
        [
          `open: ${Object.keys(settings)}`,
          [{ type, properties: settings }, securityGroup({ ingress: [OPEN] })],
          "violates",
        ],
      ]),
    }),
  ),
];

const idleDomain = (timeout: unknown, more = {}) => ({
  appLifecycleManagement: { idleSettings: { lifecycleManagement: "ENABLED", idleTimeoutInMinutes: timeout, ...more } },
});

const domain = (jupyter: unknown, code: unknown, hiddenAppTypes: unknown = []) => ({
  defaultUserSettings: {
    jupyterLabAppSettings: jupyter,
    codeEditorAppSettings: code,
    studioWebPortalSettings: { hiddenAppTypes },
  },
});

const idleShutdown: ControlCases[] = [
  ...on("notebook-idle-shutdown", SAGEMAKER_DOMAIN, [
    ["both applications stop", domain(idleDomain(60), idleDomain(180)), "complies"],
    ["one stops, the other is hidden", domain(idleDomain(60), undefined, ["RSession", "CodeEditor"]), "complies"],
    ["one does not stop", domain(idleDomain(60), undefined), "violates"],
    ["one may be hidden", domain(idleDomain(60), undefined, unknown), "undecided"],
    ["switched off", domain(idleDomain(60), idleDomain(60, { lifecycleManagement: "DISABLED" })), "violates"],
    ["the other one does not stop", domain(undefined, idleDomain(60)), "violates"],
    ["one stops, the first one is hidden", domain(undefined, idleDomain(60), ["JupyterLab"]), "complies"],
    ["not switched on", domain(idleDomain(60), idleDomain(60, { lifecycleManagement: undefined })), "violates"],
    ["no time", domain(idleDomain(60), idleDomain(undefined)), "violates"],
    ["too late", domain(idleDomain(60), idleDomain(181)), "violates"],
    [
      "late, but the platform team allows it",
      domain(idleDomain(60), idleDomain(600)),
      "complies",
      { maxIdleMinutes: 600 },
    ],
    ["a time of a wrong type", domain(idleDomain(60), idleDomain("an hour")), "violates"],
    ["as late as people like", domain(idleDomain(60), idleDomain(60, { maxIdleTimeoutInMinutes: 600 })), "violates"],
    [
      "as late as people like, in limits",
      domain(idleDomain(60), idleDomain(60, { maxIdleTimeoutInMinutes: 120 })),
      "complies",
    ],
    ["an unknown time", domain(idleDomain(60), idleDomain(unknown)), "undecided"],
  ]),
  ...on(
    "notebook-idle-shutdown",
    [WORKBENCH],
    [
      ["an hour", workbench({ metadata: { "idle-timeout-seconds": "3600" } }), "complies"],
      ["four hours", workbench({ metadata: { "idle-timeout-seconds": "14400" } }), "violates"],
      ["switched off", workbench({ metadata: { "idle-timeout-seconds": "" } }), "violates"],
      ["never", workbench({ metadata: { "idle-timeout-seconds": "0" } }), "violates"],
      ["the default, where the limit is lower", workbench({ metadata: {} }), "violates", { maxIdleMinutes: 60 }],
      ["unknown metadata", workbench({ metadata: unknown }), "undecided"],
    ],
  ),
  ...on(
    "notebook-idle-shutdown",
    [LEGACY_RUNTIME],
    [
      ["an hour", { softwareConfig: { idleShutdown: true, idleShutdownTimeout: 60 } }, "complies"],
      ["four hours", { softwareConfig: { idleShutdownTimeout: 240 } }, "violates"],
      ["switched off", { softwareConfig: { idleShutdown: false } }, "violates"],
    ],
  ),
  ...on(
    "notebook-idle-shutdown",
    [COLAB_TEMPLATE],
    [
      ["an hour", { idleShutdownConfig: { idleTimeout: "3600s" } }, "complies"],
      ["switched off", { idleShutdownConfig: { idleTimeout: "0s" } }, "violates"],
      ["four hours", { idleShutdownConfig: { idleTimeout: "14400s" } }, "violates"],
    ],
  ),
  ...on(
    "notebook-idle-shutdown",
    [AZURE_ML_COMPUTE],
    [
      ["an hour and a half", compute("ComputeInstance", { idleTimeBeforeShutdown: "PT1H30M" }), "complies"],
      ["three hours in seconds", compute("ComputeInstance", { idleTimeBeforeShutdown: "PT10800S" }), "complies"],
      ["a day", compute("ComputeInstance", { idleTimeBeforeShutdown: "P1D" }), "violates"],
      ["no duration", compute("ComputeInstance", { idleTimeBeforeShutdown: "PT" }), "violates"],
      ["minutes without their unit", compute("ComputeInstance", { idleTimeBeforeShutdown: 60 }), "violates"],
      ["never", compute("ComputeInstance", {}), "violates"],
      ["a cluster, which scales down instead", compute("AmlCompute", {}), "complies"],
      ["unknown", compute("ComputeInstance", { idleTimeBeforeShutdown: unknown }), "undecided"],
    ],
  ),
];

const base64 = (text: string) => Buffer.from(text).toString("base64");
const SCRIPT =
  "#!/bin/bash\nset -e\npip install --upgrade pandas\nexport TOKEN=$(aws secretsmanager get-secret-value)\n";
const LEAK = `#!/bin/bash\nexport AWS_ACCESS_KEY_ID=${"AKIA"}IOSFODNN7EXAMPLE\n`;
const NOTEBOOK_SCRIPTS = "aws:sagemaker/notebookInstanceLifecycleConfiguration:NotebookInstanceLifecycleConfiguration";
const STUDIO_SCRIPTS = [
  "aws:sagemaker/studioLifecycleConfig:StudioLifecycleConfig",
  "aws-native:sagemaker:StudioLifecycleConfig",
];

const overriding = (appSettings: unknown, app = "jupyterLabAppSettings") => ({ [app]: appSettings });
const overrides = (at: (settings: unknown) => Record<string, unknown>): ResourceCase[] => [
  ["sooner than the domain", at(overriding(idleDomain(30))), "complies"],
  ["another setting", at(overriding({ codeRepositories: [] })), "complies"],
  ["too late", at(overriding(idleDomain(600))), "violates"],
  ["too late in Code Editor", at(overriding(idleDomain(600), "codeEditorAppSettings")), "violates"],
  ["never", at(overriding(idleDomain(0))), "violates"],
  ["late, but the platform team allows it", at(overriding(idleDomain(600))), "complies", { maxIdleMinutes: 600 }],
  ["a time of a wrong type", at(overriding(idleDomain("an hour"))), "violates"],
  ["an unknown time", at(overriding(idleDomain(unknown))), "undecided"],
];

const idleOverrides: ControlCases[] = [
  ...on("notebook-idle-shutdown", SAGEMAKER_USER_PROFILE, [
    ...overrides((userSettings) => ({ userSettings })),
    ["switched off", { userSettings: overriding(idleDomain(60, { lifecycleManagement: "DISABLED" })) }, "violates"],
    [
      "as late as the person likes",
      { userSettings: overriding(idleDomain(60, { maxIdleTimeoutInMinutes: 600 })) },
      "violates",
    ],
  ]),
  ...on(
    "notebook-idle-shutdown",
    SAGEMAKER_SPACE,
    overrides((spaceSettings) => ({ spaceSettings })),
  ),
];

const secrets: ControlCases[] = [
  ...on(
    "notebook-no-secrets-in-scripts",
    [NOTEBOOK_SCRIPTS],
    [
      ["harmless scripts", { onCreate: base64(SCRIPT), onStart: base64(SCRIPT) }, "complies"],
      ["an access key at creation", { onCreate: base64(LEAK) }, "violates"],
      ["an access key at start", { onStart: base64(LEAK) }, "violates"],
      ["a script in plain text", { onStart: LEAK }, "violates"],
      ["an unknown script", { onStart: unknown }, "undecided"],
    ],
  ),
  ...on("notebook-no-secrets-in-scripts", STUDIO_SCRIPTS, [
    ["a harmless script", { studioLifecycleConfigContent: base64(SCRIPT) }, "complies"],
    ["an access key", { studioLifecycleConfigContent: base64(LEAK) }, "violates"],
  ]),
  ...on(
    "notebook-no-secrets-in-scripts",
    [WORKBENCH],
    [
      ["a harmless script", workbench({ metadata: { "startup-script": SCRIPT, "serial-port": "false" } }), "complies"],
      ["an access key", workbench({ metadata: { "startup-script": LEAK } }), "violates"],
      [
        "a key in metadata of its own",
        workbench({ metadata: { "db.url": "postgres://ml:hunter22@db/features" } }),
        "violates",
      ],
      ["an unknown value", workbench({ metadata: { "startup-script": unknown } }), "undecided"],
    ],
  ),
  ...on(
    "notebook-no-secrets-in-scripts",
    [LEGACY_NOTEBOOK],
    [
      ["harmless metadata", { metadata: { "notebook-disable-root": "true" } }, "complies"],
      ["an access key", { metadata: { "startup-script": LEAK } }, "violates"],
    ],
  ),
  ...on(
    "notebook-no-secrets-in-scripts",
    [AZURE_ML_COMPUTE],
    [
      [
        "a harmless script",
        compute("ComputeInstance", { setupScripts: { scripts: { startupScript: { scriptData: base64(SCRIPT) } } } }),
        "complies",
      ],
      [
        "an access key",
        compute("ComputeInstance", { setupScripts: { scripts: { creationScript: { scriptData: base64(LEAK) } } } }),
        "violates",
      ],
      [
        "an access key among the arguments",
        compute("ComputeInstance", { setupScripts: { scripts: { startupScript: { scriptArguments: LEAK } } } }),
        "violates",
      ],
    ],
  ),
];

const bothDisks = (boot: unknown, data: unknown) => workbench({ bootDisk: boot, dataDisks: data });
const CMEK = { diskEncryption: "CMEK", kmsKey: GOOGLE_KEY };
const DEFAULT_ACCOUNT = "123456789-compute@developer.gserviceaccount.com";

const others: ControlCases[] = [
  ...on("notebook-root-disabled", SAGEMAKER_NOTEBOOK, [
    ["off", { rootAccess: "Disabled" }, "complies"],
    ["on", { rootAccess: "Enabled" }, "violates"],
    ["unknown", { rootAccess: unknown }, "undecided"],
  ]),
  ...metadata("notebook-root-disabled", "notebook-disable-root", "true", "false"),
  ...metadata("notebook-downloads-disabled", "notebook-disable-downloads", "true", "false"),
  ...metadata("notebook-terminal-disabled", "notebook-disable-terminal", "true", "no"),
  ...metadata("notebook-serial-port-disabled", "serial-port-enable", "false", "true"),
  ...metadata("notebook-serial-port-disabled", "serial-port-enable", "0", "1"),
  ...metadata("notebook-automatic-upgrades", "notebook-upgrade-schedule", "00 19 * * MON", ""),
  ...on(
    "notebook-automatic-upgrades",
    [LEGACY_RUNTIME],
    [
      ["a schedule", { softwareConfig: { notebookUpgradeSchedule: "00 19 * * MON" } }, "complies"],
      ["none", { softwareConfig: {} }, "violates"],
    ],
  ),
  ...on(
    "notebook-automatic-upgrades",
    ["gcp:colab/runtime:Runtime"],
    [
      ["on", { autoUpgrade: true }, "complies"],
      ["off", { autoUpgrade: false }, "violates"],
    ],
  ),
  ...on("notebook-disk-cmk", SAGEMAKER_NOTEBOOK, [
    ["a key", { kmsKeyId: KEY }, "complies"],
    ["an empty key", { kmsKeyId: " " }, "violates"],
    ["a key that is made along with it", { kmsKeyId: unknown }, "complies"],
    ["a key of a wrong type", { kmsKeyId: [KEY] }, "violates"],
    ["a key that AWS manages", { kmsKeyId: "alias/aws/sagemaker" }, "violates"],
    ["a key that AWS manages, by its ARN", { kmsKeyId: `${ALIAS}/aws/sagemaker` }, "violates"],
    ["a key of its own, by an alias", { kmsKeyId: `${ALIAS}/notebooks` }, "complies"],
  ]),
  ...on(
    "notebook-disk-cmk",
    [WORKBENCH],
    [
      ["both disks", bothDisks(CMEK, CMEK), "complies"],
      [
        "a key that is made along with it",
        bothDisks({ ...CMEK, kmsKey: unknown }, { ...CMEK, kmsKey: unknown }),
        "complies",
      ],
      ["the boot disk only", bothDisks(CMEK, undefined), "violates"],
      ["the data disk only", bothDisks({ diskEncryption: "GMEK" }, CMEK), "violates"],
      ["a key that is not used", bothDisks({ kmsKey: GOOGLE_KEY }, CMEK), "violates"],
      ["no key", bothDisks({ diskEncryption: "CMEK" }, CMEK), "violates"],
      ["an unknown way of encryption", bothDisks(CMEK, { ...CMEK, diskEncryption: unknown }), "undecided"],
    ],
  ),
  ...on(
    "notebook-disk-cmk",
    [LEGACY_NOTEBOOK],
    [
      ["a key", CMEK, "complies"],
      ["Google's key", { diskEncryption: "GMEK" }, "violates"],
      ["no key", { diskEncryption: "CMEK" }, "violates"],
    ],
  ),
  ...on(
    "notebook-disk-cmk",
    [LEGACY_RUNTIME],
    [
      ["a key", machine({ encryptionConfig: { kmsKey: GOOGLE_KEY } }), "complies"],
      ["no key", machine({ encryptionConfig: {} }), "violates"],
    ],
  ),
  ...on(
    "notebook-disk-cmk",
    [COLAB_TEMPLATE],
    [
      ["a key", { encryptionSpec: { kmsKeyName: GOOGLE_KEY } }, "complies"],
      ["no key", { encryptionSpec: {} }, "violates"],
    ],
  ),
  ...RUNS.filter(([type]) => !type.endsWith("NotebookExecution")).flatMap(([type, run]) =>
    on(
      "notebook-disk-cmk",
      [type],
      [
        ["the machine of a template", run({ notebookRuntimeTemplateResourceName: "t" }), "complies"],
        ["a key", run({ customEnvironmentSpec: {}, encryptionSpec: { kmsKeyName: GOOGLE_KEY } }), "complies"],
        ["a key that is made along with it", run({ customEnvironmentSpec: {}, encryptionSpec: unknown }), "complies"],
        ["no key", run({ customEnvironmentSpec: {} }), "violates"],
        ["an unknown machine without a key", run({ customEnvironmentSpec: unknown }), "undecided"],
      ],
    ),
  ),
  ...on("notebook-imdsv2", SAGEMAKER_NOTEBOOK, [
    ["version 2", { instanceMetadataServiceConfiguration: { minimumInstanceMetadataServiceVersion: "2" } }, "complies"],
    ["version 1", { instanceMetadataServiceConfiguration: { minimumInstanceMetadataServiceVersion: "1" } }, "violates"],
    ["unknown", { instanceMetadataServiceConfiguration: unknown }, "undecided"],
  ]),
  ...on("notebook-supported-platform", SAGEMAKER_NOTEBOOK, [
    ["supported", { platformIdentifier: "notebook-al2023-v1" }, "complies"],
    ["old", { platformIdentifier: "notebook-al1-v1" }, "violates"],
    [
      "old, but the platform team allows it",
      { platformIdentifier: "notebook-al2-v3" },
      "complies",
      { supportedPlatforms: ["notebook-al2-v3"] },
    ],
    ["unknown", { platformIdentifier: unknown }, "undecided"],
  ]),
  ...on(
    "notebook-dedicated-identity",
    [WORKBENCH],
    [
      [
        "an account of its own",
        workbench({ serviceAccounts: [{ email: "nb@p.iam.gserviceaccount.com" }] }),
        "complies",
      ],
      ["an account that is made along with it", workbench({ serviceAccounts: [{ email: unknown }] }), "complies"],
      ["the default account", workbench({ serviceAccounts: [{ email: DEFAULT_ACCOUNT }] }), "violates"],
      ["no e-mail address", workbench({ serviceAccounts: [{}] }), "violates"],
      ["unknown accounts", workbench({ serviceAccounts: unknown }), "undecided"],
    ],
  ),
  ...on(
    "notebook-dedicated-identity",
    [LEGACY_NOTEBOOK],
    [
      ["an account of its own", { serviceAccount: "nb@p.iam.gserviceaccount.com" }, "complies"],
      ["the default account of App Engine", { serviceAccount: "p@appspot.gserviceaccount.com" }, "violates"],
      ["an account that is made along with it", { serviceAccount: unknown }, "complies"],
    ],
  ),
  ...RUNS.flatMap(([type, run]) =>
    on(
      "notebook-dedicated-identity",
      [type],
      [
        ["an account of its own", run({ serviceAccount: "nb@p.iam.gserviceaccount.com" }), "complies"],
        ["an account that is made along with it", run({ serviceAccount: unknown }), "complies"],
        ["a person", run({ executionUser: "ana@example.com" }), "complies"],
        ["the default account", run({ serviceAccount: DEFAULT_ACCOUNT }), "violates"],
        ["neither", run({ gcsOutputUri: "gs://out" }), "violates"],
      ],
    ),
  ),
  ...on(
    "notebook-dedicated-identity",
    ["gcp:vertex/aiSchedule:AiSchedule"],
    [
      ["a schedule of pipelines", { createPipelineJobRequest: {} }, "complies"],
      ["an unknown request", { createNotebookExecutionJobRequest: unknown }, "complies"],
    ],
  ),
  ...on(
    "notebook-no-public-ssh",
    [AZURE_ML_COMPUTE],
    [
      ["an instance", compute("ComputeInstance", { sshSettings: { sshPublicAccess: "Disabled" } }), "complies"],
      ["an instance by default", compute("ComputeInstance", {}), "complies"],
      ["an open instance", compute("ComputeInstance", { sshSettings: { sshPublicAccess: "enabled" } }), "violates"],
      ["a closed cluster", compute("AmlCompute", { remoteLoginPortPublicAccess: "Disabled" }), "complies"],
      ["a cluster without public addresses", compute("AmlCompute", { enableNodePublicIp: false }), "complies"],
      ["a cluster by default", compute("AmlCompute", {}), "violates"],
      [
        "a cluster without a decision",
        compute("AmlCompute", { remoteLoginPortPublicAccess: "NotSpecified" }),
        "violates",
      ],
      ["a cluster that may have public addresses", compute("AmlCompute", { enableNodePublicIp: unknown }), "undecided"],
    ],
  ),
  ...on(
    "notebook-no-public-ssh",
    [CLASSIC_COMPUTE_CLUSTER],
    [
      ["closed", { sshPublicAccessEnabled: false }, "complies"],
      ["open", { sshPublicAccessEnabled: true }, "violates"],
      ["unknown", { sshPublicAccessEnabled: unknown }, "undecided"],
    ],
  ),
  ...on(
    "compute-local-auth-disabled",
    [AZURE_ML_COMPUTE],
    [
      ["off", compute("ComputeInstance", {}, { disableLocalAuth: true }), "complies"],
      ["on", compute("AmlCompute", {}, { disableLocalAuth: false }), "violates"],
      ["left out", compute("ComputeInstance", {}), "violates"],
      ["attached compute of another kind", compute("Databricks", {}), "complies"],
      ["unknown", compute("AmlCompute", {}, { disableLocalAuth: unknown }), "undecided"],
      [
        "an administrator of the nodes",
        compute("AmlCompute", { userAccountCredentials: { adminUserName: "admin" } }, { disableLocalAuth: true }),
        "violates",
      ],
    ],
  ),
  ...on(
    "compute-local-auth-disabled",
    [CLASSIC_COMPUTE_INSTANCE, CLASSIC_COMPUTE_CLUSTER, "azure:machinelearning/synapseSpark:SynapseSpark"],
    [
      ["off", { localAuthEnabled: false }, "complies"],
      ["on", { localAuthEnabled: true }, "violates"],
    ],
  ),
  ...[
    ...on(
      "notebook-measured-boot",
      [WORKBENCH],
      shielded((config) => workbench({ shieldedInstanceConfig: config })),
    ),
    ...on(
      "notebook-measured-boot",
      [LEGACY_NOTEBOOK],
      shielded((config) => ({ shieldedInstanceConfig: config })),
    ),
    ...on(
      "notebook-measured-boot",
      [LEGACY_RUNTIME],
      shielded((config) => machine({ shieldedInstanceConfig: config })),
    ),
  ],
  ...on(
    "notebook-secure-boot",
    [WORKBENCH],
    [
      ["on", workbench({ shieldedInstanceConfig: { enableSecureBoot: true } }), "complies"],
      ["off", workbench({ shieldedInstanceConfig: { enableSecureBoot: false } }), "violates"],
      ["off, with a GPU", workbench({ acceleratorConfigs: [{ type: "NVIDIA_L4" }] }), "complies"],
      ["off, perhaps with a GPU", workbench({ acceleratorConfigs: unknown }), "undecided"],
      [
        "off, with a GPU that is not left out",
        workbench({ acceleratorConfigs: [{ type: "NVIDIA_L4" }] }),
        "violates",
        { includeAccelerators: true },
      ],
      ["unknown", workbench({ shieldedInstanceConfig: unknown }), "undecided"],
    ],
  ),
  ...on(
    "notebook-secure-boot",
    [LEGACY_NOTEBOOK],
    [
      ["on", { shieldedInstanceConfig: { enableSecureBoot: true } }, "complies"],
      ["off", { shieldedInstanceConfig: { enableSecureBoot: false } }, "violates"],
      ["off, with a GPU", { acceleratorConfig: { type: "NVIDIA_TESLA_T4", coreCount: 1 } }, "complies"],
    ],
  ),
  ...on(
    "notebook-secure-boot",
    [LEGACY_RUNTIME],
    [
      ["on", machine({ shieldedInstanceConfig: { enableSecureBoot: true } }), "complies"],
      ["off", machine({ shieldedInstanceConfig: { enableSecureBoot: false } }), "violates"],
      ["off, with a GPU", machine({ acceleratorConfig: { type: "NVIDIA_TESLA_T4", coreCount: 1 } }), "complies"],
    ],
  ),
  ...ownMachine("notebook-secure-boot", (machineOf) => [
    ["on", machineOf({ shieldedInstanceConfig: { enableSecureBoot: true } }), "complies"],
    ["off", machineOf({ shieldedInstanceConfig: { enableSecureBoot: false } }), "violates"],
    ["left out", machineOf({}), "violates"],
    ["off, with a GPU", machineOf({ machineSpec: { acceleratorType: "NVIDIA_L4" } }), "complies"],
    [
      "off, with a GPU that is not left out",
      machineOf({ machineSpec: { acceleratorType: "NVIDIA_L4" } }),
      "violates",
      { includeAccelerators: true },
    ],
  ]),
  ...on(
    "notebook-secure-boot",
    [COLAB_TEMPLATE],
    [
      ["on", { shieldedVmConfig: { enableSecureBoot: true } }, "complies"],
      ["off", { shieldedVmConfig: { enableSecureBoot: false } }, "violates"],
      ["off, with a GPU", { machineSpec: { acceleratorType: "NVIDIA_L4" } }, "complies"],
    ],
  ),
  ...on(
    "notebook-approved-image",
    [WORKBENCH],
    [
      ["any image, without a list", workbench({ vmImage: { project: "elsewhere", name: "x" } }), "complies"],
      [
        "a family of the list",
        workbench({ vmImage: { project: "images", family: "ml" } }),
        "complies",
        { approvedImages: ["images/ml"] },
      ],
      [
        "an image outside the list",
        workbench({ vmImage: { project: "images", name: "ml-beta" } }),
        "violates",
        { approvedImages: ["images/ml"] },
      ],
      [
        "a pattern",
        workbench({ vmImage: { project: "images", name: "ml-1" } }),
        "complies",
        { approvedImages: ["images/*"] },
      ],
      [
        "a project whose name begins like an approved one",
        workbench({ vmImage: { project: "images2", name: "ml-1" } }),
        "violates",
        { approvedImages: ["images/*"] },
      ],
      [
        "a container of the list",
        workbench({ containerImage: { repository: "europe-docker.pkg.dev/p/ml" } }),
        "complies",
        { approvedImages: ["europe-docker.pkg.dev/p/*"] },
      ],
      ["Google's image", workbench({ vmImage: {} }), "violates", { approvedImages: ["images/*"] }],
      [
        "Google's image, approved",
        workbench({ machineType: "e2-standard-4" }),
        "complies",
        { approvedImages: ["cloud-notebooks-managed/workbench-instances"] },
      ],
      [
        "a container outside the list",
        workbench({ containerImage: { repository: "docker.io/library/python" } }),
        "violates",
        { approvedImages: ["europe-docker.pkg.dev/p/*"] },
      ],
      ["an unknown image", workbench({ vmImage: { project: unknown } }), "undecided", { approvedImages: ["images/*"] }],
    ],
  ),
  ...on(
    "notebook-approved-image",
    [LEGACY_RUNTIME],
    [
      ["any container, without a list", machine({ containerImages: [{ repository: "docker.io/x" }] }), "complies"],
      ["Google's kernels", machine({}), "complies", { approvedImages: ["eu/ml"] }],
      [
        "a container of the list",
        machine({ containerImages: [{ repository: "eu/ml" }] }),
        "complies",
        { approvedImages: ["eu/ml"] },
      ],
      [
        "a container outside the list",
        machine({ containerImages: [{ repository: "eu/ml" }, { repository: "docker.io/x" }] }),
        "violates",
        { approvedImages: ["eu/ml"] },
      ],
      ["unknown containers", machine({ containerImages: unknown }), "undecided", { approvedImages: ["eu/ml"] }],
    ],
  ),
  ...on(
    "notebook-approved-image",
    [LEGACY_NOTEBOOK, "gcp:notebooks/environment:Environment"],
    [
      ["any image, without a list", { vmImage: { project: "elsewhere", imageName: "x" } }, "complies"],
      [
        "an image of the list",
        { vmImage: { project: "images", imageFamily: "ml" } },
        "complies",
        { approvedImages: ["images/ml"] },
      ],
      [
        "another image",
        { vmImage: { project: "images", imageName: "x" } },
        "violates",
        { approvedImages: ["images/ml"] },
      ],
      [
        "another container",
        { containerImage: { repository: "docker.io/x" } },
        "violates",
        { approvedImages: ["images/ml"] },
      ],
    ],
  ),
  ...on(
    "notebook-approved-image",
    [LEGACY_NOTEBOOK],
    [
      [
        "a container of the list",
        { containerImage: { repository: "eu/ml" } },
        "complies",
        { approvedImages: ["eu/ml"] },
      ],
      [
        "an image of the list, by its name",
        { vmImage: { project: "images", imageName: "ml-1" } },
        "complies",
        { approvedImages: ["images/ml-1"] },
      ],
      [
        "a container whose name is not known yet",
        { containerImage: { repository: unknown } },
        "undecided",
        { approvedImages: ["eu/ml"] },
      ],
    ],
  ),
  ...on("notebook-single-user", SAGEMAKER_SPACE, [
    [
      "private",
      { spaceSharingSettings: { sharingType: "Private" }, ownershipSettings: { ownerUserProfileName: "ana" } },
      "complies",
    ],
    [
      "shared",
      { spaceSharingSettings: { sharingType: "Shared" }, ownershipSettings: { ownerUserProfileName: "ana" } },
      "violates",
    ],
    ["owned, and not said to be private", { ownershipSettings: { ownerUserProfileName: "ana" } }, "violates"],
    ["private, without an owner", { spaceSharingSettings: { sharingType: "Private" } }, "violates"],
    ["unknown", { spaceSharingSettings: unknown, ownershipSettings: unknown }, "undecided"],
  ]),
  ...on(
    "notebook-single-user",
    [WORKBENCH, LEGACY_NOTEBOOK],
    [
      ["one owner", { instanceOwners: ["ana@example.com"] }, "complies"],
      ["an owner that is not known yet", { instanceOwners: [unknown] }, "complies"],
      ["two owners", { instanceOwners: ["ana@example.com", "ben@example.com"] }, "violates"],
      ["no owner", { instanceOwners: [] }, "violates"],
      ["owners of a wrong type", { instanceOwners: "ana@example.com" }, "violates"],
      ["unknown owners", { instanceOwners: unknown }, "undecided"],
    ],
  ),
  ...metadataAt((type, at) =>
    on(
      "notebook-single-user",
      [type],
      [
        ["one owner, by mail", { instanceOwners: ["ana@example.com"], ...at({ "proxy-mode": "mail" }) }, "complies"],
        [
          "one owner, and everyone who may act as the account",
          { instanceOwners: ["ana@example.com"], ...at({ "proxy-mode": "service_account" }) },
          "violates",
        ],
      ],
    ),
  ),
  ...on(
    "notebook-single-user",
    [LEGACY_RUNTIME],
    [
      ["one person", { accessConfig: { accessType: "SINGLE_USER", runtimeOwner: "ana@example.com" } }, "complies"],
      ["a service account", { accessConfig: { accessType: "SERVICE_ACCOUNT" } }, "violates"],
    ],
  ),
  ...on(
    "notebook-single-user",
    [AZURE_ML_COMPUTE],
    [
      ["one person", compute("ComputeInstance", personal("Personal", { objectId: "ana" })), "complies"],
      ["shared", compute("ComputeInstance", personal("Shared", { objectId: "ana" })), "violates"],
      ["shared by default", compute("ComputeInstance", personal(undefined, { objectId: "ana" })), "violates"],
      ["nobody in particular", compute("ComputeInstance", personal("Personal", {})), "violates"],
      ["a cluster", compute("AmlCompute", {}), "complies"],
      ["unknown", compute("ComputeInstance", personal(unknown, { objectId: unknown })), "undecided"],
    ],
  ),
  ...on(
    "notebook-single-user",
    [CLASSIC_COMPUTE_INSTANCE],
    [
      ["one person", { authorizationType: "personal", assignToUser: { objectId: "ana", tenantId: "t" } }, "complies"],
      ["a person who is created along with it", { authorizationType: "personal", assignToUser: unknown }, "complies"],
      ["nobody in particular", { authorizationType: "personal" }, "violates"],
      ["not said to be personal", { assignToUser: { objectId: "ana" } }, "violates"],
      ["unknown", { authorizationType: unknown, assignToUser: { objectId: "ana" } }, "undecided"],
    ],
  ),
  ...on(
    "notebook-no-ip-forwarding",
    [WORKBENCH],
    [
      ["off", workbench({ enableIpForwarding: false }), "complies"],
      ["on", workbench({ enableIpForwarding: true }), "violates"],
      ["unknown", workbench({ enableIpForwarding: unknown }), "undecided"],
    ],
  ),
  ...on(
    "compute-managed-identity",
    [AZURE_ML_COMPUTE],
    [
      ["one of your own", { ...compute("AmlCompute", {}), identity: { type: "UserAssigned" } }, "complies"],
      ["the system's", { ...compute("ComputeInstance", {}), identity: { type: "SystemAssigned" } }, "complies"],
      ["both kinds", { ...compute("AmlCompute", {}), identity: { type: "SystemAssigned,UserAssigned" } }, "complies"],
      ["none", { ...compute("AmlCompute", {}), identity: { type: "None" } }, "violates"],
      ["unknown", { ...compute("AmlCompute", {}), identity: unknown }, "undecided"],
    ],
  ),
  ...on(
    "compute-managed-identity",
    [CLASSIC_COMPUTE_INSTANCE, CLASSIC_COMPUTE_CLUSTER],
    [
      ["one of your own", { identity: { type: "UserAssigned" } }, "complies"],
      ["empty", { identity: {} }, "violates"],
    ],
  ),
  ...on(
    "compute-cluster-scales-to-zero",
    [AZURE_ML_COMPUTE],
    [
      ["to zero", compute("AmlCompute", { scaleSettings: { maxNodeCount: 4, minNodeCount: 0 } }), "complies"],
      ["to one", compute("AmlCompute", { scaleSettings: { maxNodeCount: 4, minNodeCount: 1 } }), "violates"],
      ["to many", compute("AmlCompute", { scaleSettings: { minNodeCount: "many" } }), "violates"],
      ["soon", compute("AmlCompute", { scaleSettings: { nodeIdleTimeBeforeScaleDown: "PT15M" } }), "complies"],
      ["late", compute("AmlCompute", { scaleSettings: { nodeIdleTimeBeforeScaleDown: "PT2H" } }), "violates"],
      ["at no time", compute("AmlCompute", { scaleSettings: { nodeIdleTimeBeforeScaleDown: "soon" } }), "violates"],
      [
        "at an unknown time",
        compute("AmlCompute", { scaleSettings: { nodeIdleTimeBeforeScaleDown: unknown } }),
        "undecided",
      ],
      [
        "later than asked for",
        compute("AmlCompute", { scaleSettings: { nodeIdleTimeBeforeScaleDown: "PT15M" } }),
        "violates",
        { maxIdleMinutes: 10 },
      ],
      ["unknown", compute("AmlCompute", { scaleSettings: { minNodeCount: unknown } }), "undecided"],
    ],
  ),
  ...on(
    "compute-cluster-scales-to-zero",
    [CLASSIC_COMPUTE_CLUSTER],
    [
      ["to zero", { scaleSettings: { minNodeCount: 0 } }, "complies"],
      ["to one", { scaleSettings: { minNodeCount: 1 } }, "violates"],
    ],
  ),
];

function shielded(at: (config: Record<string, unknown>) => Record<string, unknown>): ResourceCase[] {
  return [
    ["on", at({ enableVtpm: true, enableIntegrityMonitoring: true }), "complies"],
    ["no virtual TPM", at({ enableVtpm: false }), "violates"],
    ["no integrity monitoring", at({ enableIntegrityMonitoring: false }), "violates"],
    ["unknown", at({ enableVtpm: unknown }), "undecided"],
  ];
}

function personal(applicationSharingPolicy: unknown, assignedUser: unknown): Record<string, unknown> {
  return { applicationSharingPolicy, personalComputeInstanceSettings: { assignedUser } };
}

export const cases: ControlCases[] = [
  ...noDirectInternet,
  ...runsWithoutInternet,
  ...privateNetwork,
  ...securityGroups,
  ...idleShutdown,
  ...idleOverrides,
  ...secrets,
  ...others,
];

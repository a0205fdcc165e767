/** Controls of training, tuning, processing, labeling and monitoring jobs. */
import { ask, not, violatesIf } from "../checks/answers.ts";
import { mustNameKmsKey } from "../checks/customer-keys.ts";
import { isInternet } from "../checks/firewall-rules.ts";
import { join } from "../checks/places.ts";
import { jobChecks, mustEncryptDisks, mustEncryptTraffic } from "../checks/sagemaker-jobs.ts";
import { pipelineCheck } from "../checks/sagemaker-pipelines.ts";
import type { Control, Topic } from "../control.ts";
import { anyOf, each, type Finding, judge, mustBeSet, mustEqual, mustNotEqual, violation } from "../findings.ts";
import { read } from "../read.ts";

/** The list must name address ranges, and none of the internet as a whole. */
function mustBeOwnAddresses(props: object, list: string): Finding[] {
  return [
    ...mustBeSet(props, list, "list"),
    ...each(props, list, (path) =>
      judge(read(props, path), "name a range", { absent: "violates" }, (value, at) =>
        typeof value === "string" && !isInternet(value) ? [] : [violation(`${at} is not a range of your own`)],
      ),
    ),
  ];
}

/**
 * Isolation closes the container's network, the subnets open it to your own only. Both are fine: with isolation a
 * container cannot read a secret or a database. Unlike elsewhere, subnets that are not known at all do not count as set,
 * so that a job without isolation is judged once they are.
 */
function mustBeIsolated(props: object, network: string, vpc: string): Finding[] {
  const isolated = mustEqual(props, join(network, "enableNetworkIsolation"), true, { absent: "violates" });
  const hasSubnets = ask(read(props, join(vpc, "subnets")), (subnets) => Array.isArray(subnets) && subnets.length > 0);
  return anyOf(isolated, violatesIf(not(hasSubnets), `${join(vpc, "subnets")} names no subnet`));
}

function mustNotBeDebugged(job: object): Finding[] {
  return mustNotEqual(job, "remoteDebugConfig.enableRemoteDebug", true);
}

const controls: Control[] = [
  {
    id: "job-network-isolation",
    title: "Containers of jobs reach no network, or only your own",
    severity: "high",
    why: "Code of a job that reaches the internet can send the training data away, also when it came with a package or a model.",
    remedy:
      "Set `enableNetworkIsolation` to true; SageMaker still fetches the inputs and stores the results. Give a job that " +
      "reads a secret or a database private subnets instead.",
    url: "https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      iso27001: ["A.8.12", "A.8.22"],
      soc2: ["CC6.6", "CC6.7"],
      pciDss: ["1.3.2"],
      mitreAtlas: ["AML.T0010", "AML.T0025"],
      securityHub: ["SageMaker.11", "SageMaker.12", "SageMaker.14", "SageMaker.20", "SageMaker.25"],
    },
    checks: {
      aws: jobChecks(["network", "vpc"], "containers reach the internet", mustBeIsolated),
    },
  },
  {
    id: "job-traffic-encrypted",
    title: "Machines of a job encrypt what they send to each other",
    severity: "medium",
    why: "Machines of a distributed job exchange data and model weights, in plain text unless told otherwise.",
    remedy: "Set `enableInterContainerTrafficEncryption` to true.",
    url: "https://docs.aws.amazon.com/sagemaker/latest/dg/train-encrypt.html",
    frameworks: {
      nist80053: ["SC-8", "SC-8(1)"],
      iso27001: ["A.8.24"],
      soc2: ["CC6.7"],
      pciDss: ["4.2.1"],
      securityHub: ["SageMaker.9", "SageMaker.10", "SageMaker.13", "SageMaker.15", "SageMaker.22"],
      checkov: ["CKV_AWS_369"],
    },
    checks: {
      aws: jobChecks(["network", "cluster"], "traffic is not encrypted", (props, network, cluster) =>
        mustEncryptTraffic(props, network, cluster),
      ),
    },
  },
  {
    id: "job-private-network",
    title: "Jobs read and store data through a network of your own",
    severity: "high",
    why: "Outside your network no firewall, endpoint policy or flow log sees which data a job reads and where its results go.",
    remedy: "Give the job the private subnets and a security group of the workspace's network.",
    url: "https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      iso27001: ["A.8.20", "A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.3.1", "1.4.1"],
    },
    checks: {
      aws: jobChecks(["vpc"], "a network that AWS owns", (props, vpc) =>
        mustBeSet(props, join(vpc, "subnets"), "list"),
      ),
    },
  },
  {
    id: "job-disk-cmk",
    title: "Disks of jobs are encrypted with a customer-managed key",
    severity: "high",
    why: "Only with a key of your own can you see who decrypts the working copies of your data, and take the right away.",
    remedy: "Set `volumeKmsKeyId` to a key of your own; machines with disks of their own take none and need none.",
    url: "https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest-nbi.html",
    frameworks: {
      nist80053: ["SC-12", "SC-13", "SC-28"],
      iso27001: ["A.8.24"],
      soc2: ["CC6.1"],
      pciDss: ["3.5.1"],
      mitreAtlas: ["AML.M0012"],
      checkov: ["CKV_AWS_368"],
    },
    checks: {
      aws: jobChecks(["cluster"], "a key that SageMaker makes and throws away", (props, cluster) =>
        mustEncryptDisks(props, cluster),
      ),
    },
  },
  {
    id: "job-output-cmk",
    title: "Results of jobs are encrypted with a customer-managed key",
    severity: "high",
    why: "Results hold models, statistics and samples of your data; the key decides who can read them wherever they are copied.",
    remedy: "Set `kmsKeyId` of the job's output to a key of your own.",
    url: "https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest-nbi.html",
    frameworks: {
      nist80053: ["SC-12", "SC-13", "SC-28"],
      iso27001: ["A.8.24"],
      soc2: ["CC6.1"],
      pciDss: ["3.5.1"],
      mitreAtlas: ["AML.M0012"],
      checkov: ["CKV_AWS_367", "CKV_AWS_372"],
    },
    checks: {
      aws: jobChecks(["output"], "the key that AWS manages for S3", (props, output) =>
        mustNameKmsKey(props, join(output, "kmsKeyId")),
      ),
    },
  },
  {
    id: "job-no-remote-debug",
    title: "Nobody opens a shell in a training job",
    severity: "high",
    why: "Remote debugging gives a shell in the training container, with the data and the role of the job.",
    remedy: "Leave `enableRemoteDebug` off; debug with a small job on made-up data.",
    url: "https://docs.aws.amazon.com/sagemaker/latest/dg/train-remote-debugging.html",
    frameworks: {
      nist80053: ["AC-17", "CM-7"],
      iso27001: ["A.8.18"],
      soc2: ["CC6.1", "CC6.6"],
      pciDss: ["2.2.4"],
    },
    checks: {
      aws: [
        {
          types: ["aws:sagemaker/trainingJob:TrainingJob"],
          whenAbsent: "complies",
          cloudDefault: "remote debugging is off",
          evaluate: ({ props }) => mustNotBeDebugged(props),
        },
        pipelineCheck(({ type, settings }) => (type === "Training" ? mustNotBeDebugged(settings) : [])),
      ],
    },
  },
  {
    id: "workforce-addresses-restricted",
    title: "People who label data do so from known addresses",
    severity: "medium",
    why: "Everyone with a stolen password sees the data that is to be labeled, from anywhere in the world.",
    remedy: "List the address ranges of the offices in `sourceIpConfig`, or set `workforceVpcConfig`.",
    url: "https://docs.aws.amazon.com/sagemaker/latest/dg/sms-workforce-management-private-api.html",
    frameworks: {
      nist80053: ["AC-3", "AC-17", "SC-7"],
      iso27001: ["A.5.15", "A.8.20"],
      soc2: ["CC6.1", "CC6.6"],
      pciDss: ["1.3.1"],
    },
    checks: {
      aws: [
        {
          types: ["aws:sagemaker/workforce:Workforce", "aws-native:sagemaker:Workforce"],
          whenAbsent: "violates",
          cloudDefault: "every address may sign in",
          evaluate: ({ props }) =>
            anyOf(mustBeOwnAddresses(props, "sourceIpConfig.cidrs"), mustBeSet(props, "workforceVpcConfig.vpcId")),
        },
      ],
    },
  },
];

/** Controls of training, tuning, processing, labeling and monitoring jobs. */
export const jobs: Topic = { title: "Jobs", controls };

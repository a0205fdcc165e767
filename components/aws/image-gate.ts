/** What admits the images of a pipeline: a function that reads what their scans found, and fails the run otherwise. */
import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { Function as LambdaFunction } from "@pulumi/aws/lambda/function.js";
import * as pulumi from "@pulumi/pulumi";
import { fit } from "../names.ts";
import * as actions from "./actions.ts";
import { grant } from "./identities.ts";
import { LIMITS } from "./names.ts";
import { policyDocument, type Statement } from "./policy.ts";
import { type Attachment, createInterfaceStatements, deleteInterfaceStatement } from "./roles.ts";
import { arn, type Target } from "./target.ts";

/** An image that must be admitted. */
export interface GatedImage {
  /** Name of its repository. */
  repositoryName: string;
  /** `sha256:…` */
  digest: string;
  /** Worst known vulnerability that it may have: `none`, `low`, `medium`, `high` or `critical`. */
  severityLimit: string;
}

/** What the gate of a pipeline needs. */
export interface ImageGateArgs {
  /** AWS account id. */
  accountId: string;
  /** Region of the pipeline. */
  region: string;
  /** Name that the function's and the role's names begin with. */
  gateName: string;
  /** Images of the pipeline. */
  images: GatedImage[];
  /** Private subnets. */
  subnetIds: pulumi.Input<string>[];
  /** Security groups, from which the registry's endpoint can be reached. */
  securityGroupIds: pulumi.Input<string>[];
  /** Name of its log group. */
  logGroupName: string;
  /** ARN of the customer-managed key that encrypts the log. */
  logKeyArn: pulumi.Input<string>;
  /** How long its log is kept, in days; one of the periods of CloudWatch Logs. */
  logRetentionDays: number;
  /**
   * ARN of the permissions boundary of its role.
   * @default none
   */
  permissionsBoundaryArn?: pulumi.Input<string>;
}

/** A Lambda function in the private network that may read scan findings of the pipeline's repositories, and nothing else. */
export class ImageGate extends pulumi.ComponentResource {
  /** ARN of the function. */
  readonly functionArn: pulumi.Output<string>;

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Images, network and log.
   * @param opts Resource options.
   */
  constructor(name: string, args: ImageGateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:aws:ImageGate", name, {}, opts);
    const functionName = gateFunctionName(args.gateName);
    const log = new LogGroup(
      `${name}-log`,
      { name: args.logGroupName, kmsKeyId: args.logKeyArn, retentionInDays: args.logRetentionDays },
      { parent: this },
    );
    const { role, grants } = this.createRole(name, functionName, args);
    const gate = new LambdaFunction(
      `${name}-function`,
      {
        name: functionName,
        description: "Admits the images of a pipeline by what their scans found",
        runtime: "nodejs22.x",
        architectures: ["arm64"],
        handler: "index.handler",
        code: new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.StringAsset(gateCode(args.images)) }),
        role: role.arn,
        timeout: 60,
        memorySize: 256,
        vpcConfig: { subnetIds: args.subnetIds, securityGroupIds: args.securityGroupIds },
        loggingConfig: { logFormat: "JSON", logGroup: log.name },
        tracingConfig: { mode: "PassThrough" },
      },
      { parent: this, dependsOn: grants },
    );
    this.functionArn = gate.arn;
    this.registerOutputs({ functionArn: this.functionArn });
  }

  private createRole(name: string, functionName: string, args: ImageGateArgs) {
    const role = new Role(
      `${name}-role`,
      {
        name: fit(functionName, LIMITS.role),
        description: "Reads what the scans of a pipeline's images found",
        assumeRolePolicy: policyDocument([
          {
            Sid: "Lambda",
            Effect: "Allow",
            Principal: { Service: "lambda.amazonaws.com" },
            Action: "sts:AssumeRole",
          },
        ]),
        permissionsBoundary: args.permissionsBoundaryArn,
      },
      { parent: this },
    );
    return { role, grants: grant(name, role.name, gateStatements(args, functionName), this) };
  }
}

/** Name of the function of a gate. */
export function gateFunctionName(gateName: string): string {
  return fit(`${gateName}-image-gate`, LIMITS.function);
}

/** ARN of the function of a gate. */
export function gateFunctionArn(target: Target, gateName: string): string {
  return arn(target, "lambda", `function:${gateFunctionName(gateName)}`);
}

function gateStatements(args: ImageGateArgs, functionName: string): Statement[] {
  const place: Attachment = { subnetIds: args.subnetIds, securityGroupIds: args.securityGroupIds };
  const repositories = [...new Set(args.images.map(({ repositoryName }) => repositoryName))].sort();
  return [
    {
      Sid: "ReadFindings",
      Effect: "Allow",
      Action: actions.READ_IMAGE_FINDINGS,
      Resource: repositories.map((name) => arn(args, "ecr", `repository/${name}`)),
    },
    {
      Sid: "WriteLog",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: `${arn(args, "logs", `log-group:${args.logGroupName}`)}:log-stream:*`,
    },
    ...createInterfaceStatements(args, place),
    deleteInterfaceStatement(args, place, actions.ATTACH_FUNCTION),
    {
      // The service attaches the function; the function's own code has no business with the network (Lambda developer
      // guide, "Giving Lambda functions access to resources in an Amazon VPC").
      Sid: "DenyNetworkToTheCode",
      Effect: "Deny",
      Action: [...actions.CREATE_INTERFACE, ...actions.DELETE_INTERFACE, ...actions.ATTACH_FUNCTION],
      Resource: "*",
      Condition: { ArnEquals: { "lambda:SourceFunctionArn": arn(args, "lambda", `function:${functionName}`) } },
    },
  ];
}

/**
 * The function's code. It fails the run unless every image has been scanned and has nothing worse than its limit. Findings
 * without a severity count as worst: nobody knows yet how bad they are.
 */
export function gateCode(images: GatedImage[]): string {
  return `import { DescribeImageScanFindingsCommand, ECRClient } from "@aws-sdk/client-ecr";

const IMAGES = ${JSON.stringify(images)};
const SEVERITIES = ["none", "low", "medium", "high", "critical"];
const RANKS = { INFORMATIONAL: 1, LOW: 1, MEDIUM: 2, HIGH: 3, CRITICAL: 4 };
// Basic scans are complete, enhanced scans go on.
const SCANNED = ["COMPLETE", "ACTIVE"];

export async function handler() {
  const client = new ECRClient({});
  const verdicts = await Promise.all(IMAGES.map((image) => judge(client, image)));
  const refusals = verdicts.filter((verdict) => verdict !== undefined);
  if (refusals.length > 0) throw new Error("Images refused: " + refusals.join("; "));
  return { admitted: IMAGES.length };
}

async function judge(client, { repositoryName, digest, severityLimit }) {
  const image = repositoryName + "@" + digest;
  try {
    const request = { repositoryName, imageId: { imageDigest: digest } };
    const { imageScanStatus, imageScanFindings } = await client.send(new DescribeImageScanFindingsCommand(request));
    if (!SCANNED.includes(imageScanStatus?.status)) return image + " is not scanned: " + imageScanStatus?.status;
    const limit = SEVERITIES.indexOf(severityLimit);
    const worse = Object.entries(imageScanFindings?.findingSeverityCounts ?? {})
      .filter(([severity, count]) => count > 0 && (RANKS[severity] ?? 4) > limit)
      .map(([severity, count]) => count + " " + severity);
    return worse.length > 0 ? image + " has " + worse.join(", ") + ", above " + severityLimit : undefined;
  } catch (error) {
    return image + " cannot be judged: " + error.name + ": " + error.message;
  }
}
`;
}

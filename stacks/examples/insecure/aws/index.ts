// Written the way tutorials write it. Do not deploy: every hole is listed in holes.json, and a test expects the policy
// pack to block each one.
import { Stack } from "@pulumi/aws/cloudformation/stack.js";
import { DefaultSecurityGroup } from "@pulumi/aws/ec2/defaultSecurityGroup.js";
import { InternetGateway } from "@pulumi/aws/ec2/internetGateway.js";
import { Route } from "@pulumi/aws/ec2/route.js";
import { RouteTable } from "@pulumi/aws/ec2/routeTable.js";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation.js";
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { Subnet } from "@pulumi/aws/ec2/subnet.js";
import { Vpc } from "@pulumi/aws/ec2/vpc.js";
import { VpcEndpoint } from "@pulumi/aws/ec2/vpcEndpoint.js";
import { Repository } from "@pulumi/aws/ecr/repository.js";
import { AccessKey } from "@pulumi/aws/iam/accessKey.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import { User } from "@pulumi/aws/iam/user.js";
import { UserPolicyAttachment } from "@pulumi/aws/iam/userPolicyAttachment.js";
import { Key } from "@pulumi/aws/kms/key.js";
import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { DataQualityJobDefinition } from "@pulumi/aws/sagemaker/dataQualityJobDefinition.js";
import { Domain } from "@pulumi/aws/sagemaker/domain.js";
import { EndpointConfiguration } from "@pulumi/aws/sagemaker/endpointConfiguration.js";
import { Model } from "@pulumi/aws/sagemaker/model.js";
import { NotebookInstance } from "@pulumi/aws/sagemaker/notebookInstance.js";
import { NotebookInstanceLifecycleConfiguration } from "@pulumi/aws/sagemaker/notebookInstanceLifecycleConfiguration.js";

const vpc = new Vpc("vpc", { cidrBlock: "10.0.0.0/16" });
const anything = { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] };
new DefaultSecurityGroup("default", { vpcId: vpc.id, ingress: [anything], egress: [anything] });
const gateway = new InternetGateway("gateway", { vpcId: vpc.id });
const routes = new RouteTable("routes", { vpcId: vpc.id });
new Route("to-internet", { routeTableId: routes.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id });
const subnet = new Subnet("public", { vpcId: vpc.id, cidrBlock: "10.0.1.0/24", mapPublicIpOnLaunch: true });
new RouteTableAssociation("public", { subnetId: subnet.id, routeTableId: routes.id });
const group = new SecurityGroup("open", {
  vpcId: vpc.id,
  ingress: [
    { protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["0.0.0.0/0"] },
    { protocol: "tcp", fromPort: 8888, toPort: 8888, cidrBlocks: ["0.0.0.0/0"] },
  ],
  egress: [anything],
});
new VpcEndpoint("s3", { vpcId: vpc.id, serviceName: "com.amazonaws.eu-west-1.s3", routeTableIds: [routes.id] });

const role = new Role("admin", {
  assumeRolePolicy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "sagemaker.amazonaws.com" }, Action: "sts:AssumeRole" }],
  }),
});
new RolePolicyAttachment("full-access", {
  role: role.name,
  // On purpose: a hole of holes.json.
  policyArn: "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess",
});
new RolePolicy("everything", {
  role: role.name,
  policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] }),
});
const user = new User("data-scientist", {});
new AccessKey("data-scientist", { user: user.name });
new UserPolicyAttachment("data-scientist", {
  user: user.name,
  policyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
});

new Key("key", {
  enableKeyRotation: false,
  deletionWindowInDays: 7,
  policy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: "*", Action: "kms:*", Resource: "*" }],
  }),
});

const bucket = new Bucket("data", { bucket: "example-ml-tutorial-data", forceDestroy: true });
new BucketPublicAccessBlock("data", { bucket: bucket.id, blockPublicAcls: false, blockPublicPolicy: false });
new BucketPolicy("data", {
  bucket: bucket.id,
  policy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: "arn:aws:s3:::example-ml-tutorial-data/*",
      },
    ],
  }),
});
new Repository("images", { imageTagMutability: "MUTABLE", imageScanningConfiguration: { scanOnPush: false } });

const startScript = `#!/bin/bash
export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE
export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
pip install -r /home/ec2-user/requirements.txt
`;
const lifecycle = new NotebookInstanceLifecycleConfiguration("setup", {
  onStart: Buffer.from(startScript).toString("base64"),
});
new NotebookInstance("notebook", {
  roleArn: role.arn,
  instanceType: "ml.t3.medium",
  lifecycleConfigName: lifecycle.name,
});
new Domain("studio", {
  domainName: "studio",
  authMode: "IAM",
  vpcId: vpc.id,
  subnetIds: [subnet.id],
  defaultUserSettings: { executionRole: role.arn, securityGroups: [group.id] },
  domainSettings: { dockerSettings: { enableDockerAccess: "ENABLED" } },
});

const model = new Model("model", {
  executionRoleArn: role.arn,
  primaryContainer: {
    image: "docker.io/example/scorer:latest",
    environment: { DB_PASSWORD: "hunter2-Example-9f8e7d" },
  },
});
new EndpointConfiguration("endpoint", {
  productionVariants: [
    { modelName: model.name, instanceType: "ml.m5.large", initialInstanceCount: 1, enableSsmAccess: true },
  ],
});
new DataQualityJobDefinition("drift", {
  roleArn: role.arn,
  dataQualityAppSpecification: {
    imageUri: "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer",
  },
  dataQualityJobInput: { endpointInput: { endpointName: "scorer" } },
  dataQualityJobOutputConfig: { monitoringOutputs: { s3Output: { s3Uri: "s3://example-ml-tutorial-data/drift" } } },
  jobResources: { clusterConfig: { instanceCount: 2, instanceType: "ml.m5.large", volumeSizeInGb: 20 } },
});
new Stack("hidden", { templateBody: '{"Resources": {}}' });

// Real resource classes: outputs that only the cloud sets are unknown.
import * as aws from "@pulumi/aws";

const bucket = new aws.s3.Bucket("data", { tags: { team: "a" } });
new aws.s3.BucketPublicAccessBlock("closed", { bucket: bucket.id, blockPublicAcls: true });
export const arn = bucket.arn;

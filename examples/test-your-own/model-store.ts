import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";

/** A component of your own: a bucket for models that nobody outside reads. */
export class ModelStore extends ComponentResource {
  readonly bucketArn: Output<string>;

  constructor(name: string, opts?: ComponentResourceOptions) {
    super("acme:index:ModelStore", name, {}, opts);
    const bucket = new Bucket(name, { tags: { team: "fraud" } }, { parent: this });
    const block = {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    };
    new BucketPublicAccessBlock(name, { bucket: bucket.id, ...block }, { parent: this });
    this.bucketArn = bucket.arn;
    this.registerOutputs({ bucketArn: this.bucketArn });
  }
}

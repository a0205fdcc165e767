// An event subscription registers its resources later.
import * as aws from "@pulumi/aws";

const bucket = new aws.s3.Bucket("bucket", {});
bucket.onObjectCreated("created", async () => {});

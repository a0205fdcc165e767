import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { ModelStore } from "./model-store.ts";

const store = new ModelStore("models");
new Bucket("scratch");

export default { bucketArn: store.bucketArn };

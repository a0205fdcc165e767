// Real resource classes of Google Cloud, with an alias type and inputs that are always secret.
import * as gcp from "@pulumi/gcp";

const bucket = new gcp.storage.Bucket("data", { location: "EU", uniformBucketLevelAccess: true });
new gcp.storage.BucketIAMMember("reader", {
  bucket: bucket.name,
  role: "roles/storage.objectViewer",
  member: "group:a@b.c",
});
export const link = bucket.selfLink;

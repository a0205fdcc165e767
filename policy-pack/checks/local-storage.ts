/**
 * Instance types with disks of their own. Their hardware encrypts these disks, and SageMaker refuses a key for the volume
 * of such an instance, so that a control must not ask for one.
 * See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html (VolumeKmsKeyId), and
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/InstanceStorage.html for the types.
 */

/** A `d` behind the generation says that a family has local disks: m5d, c6gd, r6id, g4dn, p4de. */
const DISK_IN_NAME = /^[a-z]+\d+[a-z]*d[a-z]*$/;

/** Families of SageMaker that have local disks without saying so in their name. */
const FAMILIES_WITH_DISKS = new Set([
  ...["dl1", "i3en", "trn1", "trn1n", "trn2"],
  ...["g5", "g6", "g6e", "g7e", "gr6"],
  ...["p5", "p5e", "p5en", "p6-b200", "p6-b300", "p6e-gb200"],
]);

/** Whether SageMaker's instance type, such as `ml.g5.xlarge`, has local disks and therefore takes no volume key. */
export function hasLocalStorage(instanceType: string): boolean {
  const family = /^(?:ml\.)?([a-z0-9-]+)\./.exec(instanceType)?.[1] ?? "";
  return DISK_IN_NAME.test(family) || FAMILIES_WITH_DISKS.has(family);
}

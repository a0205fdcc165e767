// Ranges of Pulumi versions (github.com/blang/semver), as requiredPulumiVersion in Pulumi.yaml and the SDK's
// requirePulumiVersion() have them. No CLI runs here, so there is no version to compare; a range must still be one.

const NUMBER = "(?:0|[1-9]\\d*)";
const VERSION = `${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-[0-9A-Za-z.-]+)?(?:\\+[0-9A-Za-z.-]+)?`;
const WILDCARD = `${NUMBER}\\.(?:x(?:\\.x)?|${NUMBER}\\.x)`;
const CONDITION = new RegExp(`^(?:[=<>!]=?)?(?:${VERSION}|${WILDCARD})$`);

/**
 * What is wrong with a range; undefined if nothing is. Conditions are joined by spaces (and) and ` || ` (or):
 * `>=3.5.0 !3.7.7`, `<3.4.0 || 3.8.x`.
 */
export function versionRangeProblem(range: string): string | undefined {
  // A comparison may stand apart from its version.
  const conditions = range.trim().replace(/([=<>!]) +/g, "$1");
  for (const condition of conditions.split(/ +\|\| +/).flatMap((all) => all.split(/ +/))) {
    if (!CONDITION.test(condition)) {
      return `'${range}' is not a version range, because of '${condition}': write one such as '>=3.100.0 <4.0.0'`;
    }
  }
  return undefined;
}

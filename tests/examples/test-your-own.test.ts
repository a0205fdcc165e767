/** The example's tests are run as they stand. */
import "../../examples/test-your-own/model-store.test.ts";
import "../../examples/test-your-own/policy.test.ts";

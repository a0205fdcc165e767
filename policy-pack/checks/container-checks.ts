/** Checks of containers wherever machine learning resources describe them, also inside the documents of pipelines. */
import type { Check, Cloud, Context } from "../control.ts";
import type { Finding } from "../findings.ts";
import { read } from "../read.ts";
import { CONTAINERS } from "./containers.ts";
import { inEach } from "./places.ts";
import { pipelineCheck } from "./sagemaker-pipelines.ts";
import { type Executor, executorCheck } from "./vertex-pipelines.ts";

/** Judges the image at a path. */
export type ImageRule = (props: object, path: string, context: Context) => Finding[];

/** Where containers name their images in a step of a SageMaker pipeline. */
const STEP_IMAGES = [...new Set(CONTAINERS.aws.flatMap(({ images }) => images))].concat(
  // Steps that register a model describe how it is served.
  "inferenceSpecification.containers[].image",
);

/** Where custom jobs of Vertex AI name their images. */
const JOB_IMAGES = ["containerSpec.imageUri", "pythonPackageSpec.executorImageUri"].map(
  (image) => `jobSpec.workerPoolSpecs[].${image}`,
);

/** A check for each type that names images. `except` are types that another control judges. */
export function imageChecks(cloud: Cloud, rule: ImageRule, except: readonly string[] = []): Check[] {
  const types = (all: string[]) => all.filter((type) => !except.includes(type));
  const ofResources = CONTAINERS[cloud]
    .filter((containers) => containers.images.length > 0 && types(containers.types).length > 0)
    .map(
      (containers): Check => ({
        types: types(containers.types),
        whenAbsent: "complies",
        cloudDefault: "no image",
        evaluate: ({ props }, context) =>
          inEach(props, containers.images, (path) => (namesAsset(props, path) ? [] : rule(props, path, context))),
      }),
    );
  return [...ofResources, ...(cloud === "azure" ? [] : [ofPipelines(cloud, rule)])];
}

/** Components of Azure ML describe their environment or name one, which is judged by itself. */
function namesAsset(props: object, image: string): boolean {
  const environment = /^(.*\.environment)\.image$/.exec(image)?.[1];
  const reading = environment === undefined ? undefined : read(props, environment);
  return reading?.state === "known" && typeof reading.value === "string";
}

function ofPipelines(cloud: "aws" | "gcp", rule: ImageRule): Check {
  if (cloud === "gcp") return executorCheck((executor, context) => onImages(executor, rule, context));
  return pipelineCheck(({ settings }, context) =>
    inEach(settings, STEP_IMAGES, (path) => rule(settings, path, context)),
  );
}

/** An executor that starts a custom job does so in an image of its own. */
function onImages({ written, job = {} }: Executor, rule: ImageRule, context: Context): Finding[] {
  return [
    ...inEach(written, ["container.image"], (path) => rule(written, path, context)),
    ...inEach(job, JOB_IMAGES, (path) => rule(job, path, context)),
  ];
}

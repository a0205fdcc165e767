/** Endpoints that serve models, and the rules that several controls apply to them. */
import { each, type Finding, mustEqual, unless } from "../findings.ts";
import { elementPaths, read, textOf } from "../read.ts";
import { type Answer, all, any, ask, is, not, violatesIf } from "./answers.ts";
import { onlyIf } from "./conditions.ts";
import { mustNameKmsKey } from "./customer-keys.ts";
import { hasLocalStorage } from "./local-storage.ts";

/** What SageMaker endpoints are made from, in the two AWS providers. */
export const ENDPOINT_CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration";
export const NATIVE_ENDPOINT_CONFIG = "aws-native:sagemaker:EndpointConfig";
export const ENDPOINT_CONFIGS = [ENDPOINT_CONFIGURATION, NATIVE_ENDPOINT_CONFIG];
/** Trials of a model beside the one in production. */
export const INFERENCE_EXPERIMENT = "aws-native:sagemaker:InferenceExperiment";
/** Vertex AI endpoints for predictions. */
export const VERTEX_ENDPOINT = "gcp:vertex/aiEndpoint:AiEndpoint";
/** Vertex AI endpoints that come with a model of the Model Garden. */
export const MODEL_GARDEN_ENDPOINT =
  "gcp:vertex/aiEndpointWithModelGardenDeployment:AiEndpointWithModelGardenDeployment";
/** Endpoints of Vector Search, and what is deployed to them. */
export const INDEX_ENDPOINT = "gcp:vertex/aiIndexEndpoint:AiIndexEndpoint";
export const DEPLOYED_INDEX = "gcp:vertex/aiIndexEndpointDeployedIndex:AiIndexEndpointDeployedIndex";
/** Stores that serve features to models. */
export const FEATURE_ONLINE_STORE = "gcp:vertex/aiFeatureOnlineStore:AiFeatureOnlineStore";
/** Endpoints and deployments of Azure ML. */
export const ONLINE_ENDPOINT = "azure-native:machinelearningservices:OnlineEndpoint";
export const BATCH_ENDPOINT = "azure-native:machinelearningservices:BatchEndpoint";
export const SERVERLESS_ENDPOINT = "azure-native:machinelearningservices:ServerlessEndpoint";
export const ONLINE_DEPLOYMENT = "azure-native:machinelearningservices:OnlineDeployment";

/** Applies a rule to each variant of a SageMaker endpoint, also to the shadows that get copies of the requests. */
export function eachVariant(props: object, rule: (variant: string) => Finding[]): Finding[] {
  return ["productionVariants", "shadowProductionVariants"].flatMap((list) => each(props, list, rule));
}

/** Whether every variant runs serverless, without instances of its own. */
export function isServerless(props: object): Answer {
  const variants = elementPaths(props, "productionVariants");
  if (!Array.isArray(variants)) return variants.state === "unknown" ? variants : false;
  return all(variants.length > 0, ...variants.map((variant) => isPresent(props, `${variant}.serverlessConfig`)));
}

/**
 * The volumes of an endpoint's instances must be encrypted with a key of the customer's. SageMaker refuses a key as soon
 * as one of the instances has disks of its own, and serverless variants have no volumes.
 * See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html (KmsKeyId).
 */
export function mustEncryptVariants(props: object, key: string): Finding[] {
  const lists = ["productionVariants", "shadowProductionVariants"];
  const local = any(...lists.flatMap((list) => elementsOf(props, list, (variant) => runsOnLocalDisks(props, variant))));
  const takesKey = all(not(local), not(isServerless(props)));
  return unless(violatesIf(takesKey, "its instances have volumes that take a key"), mustNameKmsKey(props, key));
}

/** The same for the instances of an inference experiment. */
export function mustEncryptExperiment(props: object, key: string): Finding[] {
  const instances = elementsOf(props, "modelVariants", (variant) =>
    hasLocalDisks(props, `${variant}.infrastructureConfig.realTimeInferenceConfig.instanceType`),
  );
  return unless(violatesIf(not(any(...instances)), "its instances have volumes"), mustNameKmsKey(props, key));
}

function runsOnLocalDisks(props: object, variant: string): Answer {
  const pools = elementsOf(props, `${variant}.instancePools`, (pool) => hasLocalDisks(props, `${pool}.instanceType`));
  return any(hasLocalDisks(props, `${variant}.instanceType`), ...pools);
}

function hasLocalDisks(props: object, instanceType: string): Answer {
  return ask(read(props, instanceType), (type) => hasLocalStorage(textOf(type)));
}

/** Asks each element of a list; a list that is not known yet is one answer that is not known yet. */
function elementsOf(props: object, list: string, question: (element: string) => Answer): Answer[] {
  const elements = elementPaths(props, list);
  if (Array.isArray(elements)) return elements.map(question);
  return elements.state === "unknown" ? [elements] : [];
}

/** Whether a block of settings is there, be it empty. */
export function isPresent(props: object, path: string): Answer {
  return ask(read(props, path), () => true);
}

/** Keeps findings about a block of settings that is there. */
export function wherePresent(props: object, block: string, findings: Finding[]): Finding[] {
  return onlyIf(props, block, (value) => value !== undefined, findings);
}

/** A Vertex AI endpoint must be reached through Private Service Connect. */
export function mustUsePrivateServiceConnect(props: object, config: string): Finding[] {
  return mustEqual(props, `${config}.enablePrivateServiceConnect`, true, { absent: "violates" });
}

/** Keeps findings about an endpoint that is reached through Private Service Connect. */
export function wherePrivateServiceConnect(props: object, config: string, findings: Finding[]): Finding[] {
  return unless(violatesIf(is(props, `${config}.enablePrivateServiceConnect`, true), "it is"), findings);
}

// Components that a plugin makes: what the engine asks of the plugin, and what it makes of the answer (source_eval.go:
// RegisterResource; pkg/resource/plugin/provider_plugin.go: Construct).

import type * as providerproto from "@pulumi/pulumi/proto/provider_pb.js";
import type * as resproto from "@pulumi/pulumi/proto/resource_pb.js";
import type { Properties, StackRun, Value } from "../protocol/messages.ts";
import { outputDependencies, upgradeToOutputs } from "../protocol/properties.ts";
import type { Protos } from "./monitor.ts";
import type { ProviderMap } from "./providers.ts";
import { dependenciesOf, type Goal } from "./registration.ts";
import type { Callback } from "./transforms.ts";

const PARALLEL = 16;

/** What stays with the program although a plugin registers the resource. */
interface FromProgram {
  transforms: Callback[];
  source: string | undefined;
}

/** The remote components of one stack. */
export class RemoteComponents {
  private readonly run: StackRun;
  private readonly protos: Protos;
  private readonly pending = new Map<string, FromProgram>();

  constructor(run: StackRun, protos: Protos) {
    this.run = run;
    this.protos = protos;
  }

  /** What the program gave a resource; the component that a plugin registers has what the program gave the remote one. */
  fromProgram({ parent, type, name, remote, transforms }: Goal, source: string | undefined): FromProgram {
    const key = [parent, type, name].join("::");
    const given = this.pending.get(key) ?? { transforms, source };
    if (remote) this.pending.set(key, given);
    else this.pending.delete(key);
    return given;
  }

  /** What the plugin is asked to make. The monitor's address is still to be set. */
  request(goal: Goal, providers: ProviderMap): providerproto.ConstructRequest {
    const { provider, struct } = this.protos;
    const request = new provider.ConstructRequest();
    this.setStack(request);
    request.setType(goal.type);
    request.setName(goal.name);
    request.setParent(goal.parent);
    request.setInputs(struct.Struct.fromJavaScript(upgradeToOutputs(goal.inputs) as never));
    const { dependencies, propertyDependencies } = dependenciesOf(goal);
    request.setDependenciesList(dependencies);
    const byInput = request.getInputdependenciesMap();
    for (const [key, urns] of Object.entries(propertyDependencies)) {
      const list = new provider.ConstructRequest.PropertyDependencies();
      list.setUrnsList(urns);
      byInput.set(key, list);
    }
    for (const [key, reference] of Object.entries(providers)) request.getProvidersMap().set(key, reference);
    this.setOptions(request, goal);
    return request;
  }

  private setStack(request: providerproto.ConstructRequest): void {
    const { project, stack, organization, config, secretKeys } = this.run;
    request.setProject(project);
    request.setStack(stack);
    request.setOrganization(organization);
    for (const [key, value] of Object.entries(config)) request.getConfigMap().set(key, value);
    request.setConfigsecretkeysList(secretKeys);
    request.setDryrun(true);
    request.setParallel(PARALLEL);
    request.setAcceptsOutputValues(true);
  }

  private setOptions(request: providerproto.ConstructRequest, goal: Goal): void {
    const { ConstructRequest } = this.protos.provider;
    if (goal.protect !== undefined) request.setProtect(goal.protect);
    if (goal.retainOnDelete !== undefined) request.setRetainondelete(goal.retainOnDelete);
    if (goal.deleteBeforeReplace !== undefined) request.setDeletebeforereplace(goal.deleteBeforeReplace);
    request.setAdditionalsecretoutputsList(goal.additionalSecretOutputs);
    request.setIgnorechangesList(goal.ignoreChanges);
    request.setDeletedwith(goal.deletedWith);
    const timeouts = new ConstructRequest.CustomTimeouts();
    timeouts.setCreate(goal.customTimeouts.create ?? "");
    timeouts.setUpdate(goal.customTimeouts.update ?? "");
    timeouts.setDelete(goal.customTimeouts.delete ?? "");
    timeouts.setRead(goal.customTimeouts.read ?? "");
    request.setCustomtimeouts(timeouts);
    const asked = goal.request;
    if (asked === undefined) return;
    request.setAliasesList(asked.getAliasesList());
    request.setReplaceonchangesList(asked.getReplaceonchangesList());
    request.setReplaceWithList(asked.getReplaceWithList());
    request.setReplacementTrigger(asked.getReplacementTrigger());
    const hooks = asked.getHooks();
    if (hooks === undefined) return;
    const bound = new ConstructRequest.ResourceHooksBinding();
    bound.setBeforeCreateList(hooks.getBeforeCreateList());
    bound.setAfterCreateList(hooks.getAfterCreateList());
    bound.setBeforeUpdateList(hooks.getBeforeUpdateList());
    bound.setAfterUpdateList(hooks.getAfterUpdateList());
    bound.setBeforeDeleteList(hooks.getBeforeDeleteList());
    bound.setAfterDeleteList(hooks.getAfterDeleteList());
    request.setResourceHooks(bound);
  }

  /** What the program gets of the component that the plugin made. */
  response(
    constructed: providerproto.ConstructResponse,
    downgrade: (outputs: Properties) => Properties,
  ): resproto.RegisterResourceResponse {
    const { resource, struct } = this.protos;
    const outputs = (constructed.getState()?.toJavaScript() ?? {}) as Record<string, Value>;
    const response = new resource.RegisterResourceResponse();
    response.setUrn(constructed.getUrn());
    response.setObject(struct.Struct.fromJavaScript(downgrade(outputs) as never));
    const dependencies = response.getPropertydependenciesMap();
    for (const [key, value] of Object.entries(outputs)) {
      const declared = constructed.getStatedependenciesMap().get(key)?.getUrnsList() ?? [];
      const list = new resource.RegisterResourceResponse.PropertyDependencies();
      list.setUrnsList([...outputDependencies(value, new Set(declared))]);
      dependencies.set(key, list);
    }
    return response;
  }
}

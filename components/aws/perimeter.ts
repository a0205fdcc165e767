/**
 * The data perimeter: who may use what through the workspace's endpoints and within its roles. It follows AWS's data
 * perimeter policies: only identities of one's own organization, only resources of one's own organization.
 */
import { PULL_IMAGES, WITHOUT_RESOURCE } from "./actions.ts";
import { providerImages } from "./images.ts";
import type { Conditions, Statement } from "./policy.ts";
import type { Target } from "./target.ts";

/** Condition that the caller belongs to the organization, or to the account where no organization is given. */
export function ownIdentities({ organizationId, accountId }: Target): Record<string, string> {
  return organizationId ? { "aws:PrincipalOrgID": organizationId } : { "aws:PrincipalAccount": accountId };
}

/** Condition that the resource belongs to the organization, or to the account where no organization is given. */
export function ownResources({ organizationId, accountId }: Target): Record<string, string> {
  return organizationId ? { "aws:ResourceOrgID": organizationId } : { "aws:ResourceAccount": accountId };
}

/** Statements that let own identities use `actions` on own resources, for an endpoint policy. */
export function endpointStatements(target: Target, actions: string[]): Statement[] {
  const statements = [
    allow("OwnIdentitiesOnOwnResources", withResource(actions), { ...ownIdentities(target), ...ownResources(target) }),
    allow("OwnIdentitiesWithoutResource", withoutResource(actions), ownIdentities(target)),
    pullProviderImages(target, actions, { StringEquals: ownIdentities(target) }),
  ];
  return statements.filter((entry) => entry.Action.length > 0).map((entry) => ({ ...entry, Principal: "*" }));
}

/** Statements that keep roles to `actions` on own resources, for a permissions boundary. */
export function boundaryStatements(target: Target, actions: string[]): Statement[] {
  return [
    allow("OwnResources", withResource(actions), ownResources(target)),
    allow("WithoutResource", withoutResource(actions)),
    pullProviderImages(target, actions),
  ].filter((entry) => entry.Action.length > 0);
}

function withResource(actions: string[]): string[] {
  return unique(actions).filter((action) => !WITHOUT_RESOURCE.includes(action));
}

function withoutResource(actions: string[]): string[] {
  return unique(actions).filter((action) => WITHOUT_RESOURCE.includes(action));
}

/** SageMaker's own images stand in registries of AWS, outside every customer's organization; they are read only. */
function pullProviderImages(target: Target, actions: string[], condition?: Conditions): Statement {
  const pulls = actions.filter((action) => PULL_IMAGES.includes(action));
  return {
    Sid: "ImagesOfTheProvider",
    Effect: "Allow",
    Action: unique(pulls),
    Resource: providerImages(target),
    ...(condition && { Condition: condition }),
  };
}

function allow(sid: string, actions: string[], equals?: Record<string, string>): Statement {
  const condition = equals && { Condition: { StringEquals: equals } };
  return { Sid: sid, Effect: "Allow", Action: actions, Resource: "*", ...condition };
}

function unique(actions: string[]): string[] {
  return [...new Set(actions)].sort();
}

/** Whether notebooks stop when nobody uses them. */
import { onCompute } from "../checks/azure-ml.ts";
import { isoMinutes, plainMinutes, secondsAsMinutes } from "../checks/durations.ts";
import {
  AZURE_ML_COMPUTE,
  COLAB_TEMPLATE,
  LEGACY_RUNTIME,
  SAGEMAKER_DOMAIN,
  SAGEMAKER_SPACE,
  SAGEMAKER_USER_PROFILE,
  WORKBENCH,
} from "../checks/types.ts";
import type { Context, Control } from "../control.ts";
import {
  type Finding,
  judge,
  mustContain,
  mustEqual,
  mustNotEqual,
  type RuleOptions,
  unless,
  violation,
} from "../findings.ts";
import { type Path, read } from "../read.ts";

/** Where profiles and spaces override the settings of their domain. */
const OVERRIDES: [types: string[], settings: string][] = [
  [SAGEMAKER_USER_PROFILE, "userSettings"],
  [SAGEMAKER_SPACE, "spaceSettings"],
];

/** The notebook must stop after a time without activity, which `toMinutes` reads. */
function mustStopWithin(
  props: object,
  path: Path,
  toMinutes: (value: unknown) => number | undefined,
  context: Context,
  options: RuleOptions,
): Finding[] {
  const max = context.number("maxIdleMinutes");
  return judge(read(props, path), `set it to at most ${max} minutes`, options, (value, at) => {
    const minutes = toMinutes(value);
    const complies = minutes !== undefined && minutes > 0 && minutes <= max;
    return complies ? [] : [violation(`${at} must be a time of at most ${max} minutes`)];
  });
}

/** Google Cloud stops idle notebooks after three hours by default: too late when the limit is lower. */
function threeHourDefault(context: Context): RuleOptions {
  return { absent: context.number("maxIdleMinutes") >= 180 ? "complies" : "violates" };
}

/** A Studio application must stop when idle, unless the domain does not offer it. */
function studioAppMustStop(props: object, app: string, settings: string, context: Context): Finding[] {
  const idle = `defaultUserSettings.${settings}.appLifecycleManagement.idleSettings`;
  const hidden = mustContain(props, "defaultUserSettings.studioWebPortalSettings.hiddenAppTypes", app, {
    absent: "violates",
  });
  return unless(hidden, [
    ...mustEqual(props, `${idle}.lifecycleManagement`, "ENABLED", { absent: "violates" }),
    ...mustStopWithin(props, `${idle}.idleTimeoutInMinutes`, plainMinutes, context, { absent: "violates" }),
    ...mustStopWithin(props, `${idle}.maxIdleTimeoutInMinutes`, plainMinutes, context, { absent: "complies" }),
  ]);
}

/** A profile or space may stop applications sooner than the domain, whose settings hold for what it leaves out. */
function studioAppMustNotLinger(props: object, settings: string, context: Context): Finding[] {
  const idle = `${settings}.appLifecycleManagement.idleSettings`;
  return [
    ...mustNotEqual(props, `${idle}.lifecycleManagement`, "DISABLED"),
    ...["idleTimeoutInMinutes", "maxIdleTimeoutInMinutes"].flatMap((time) =>
      mustStopWithin(props, `${idle}.${time}`, plainMinutes, context, { absent: "complies" }),
    ),
  ];
}

/** The control about idle notebooks. */
export const notebookIdleShutdown: Control = {
  id: "notebook-idle-shutdown",
  title: "Notebooks stop when nobody uses them",
  severity: "medium",
  why: "A forgotten notebook keeps an open session and costs money, day and night.",
  remedy: "Set the time after which an idle notebook stops.",
  frameworks: {
    nist80053: ["AC-12", "SC-10"],
    iso27001: ["A.8.1"],
    soc2: ["CC6.1"],
    pciDss: ["8.2.8"],
    azurePolicy: ["679ddf89"],
  },
  parameters: {
    maxIdleMinutes: {
      description: "Longest time without activity, in minutes.",
      type: "integer",
      default: 180,
      minimum: 10,
      maximum: 10080,
    },
  },
  checks: {
    aws: [
      {
        types: SAGEMAKER_DOMAIN,
        whenAbsent: "violates",
        cloudDefault: "JupyterLab and Code Editor never stop by themselves",
        evaluate: ({ props }, context) => [
          ...studioAppMustStop(props, "JupyterLab", "jupyterLabAppSettings", context),
          ...studioAppMustStop(props, "CodeEditor", "codeEditorAppSettings", context),
        ],
      },
      ...OVERRIDES.map(([types, settings]) => ({
        types,
        whenAbsent: "complies" as const,
        cloudDefault: "the domain's settings",
        evaluate: ({ props }: { props: object }, context: Context) =>
          ["jupyterLabAppSettings", "codeEditorAppSettings"].flatMap((app) =>
            studioAppMustNotLinger(props, `${settings}.${app}`, context),
          ),
      })),
    ],
    gcp: [
      {
        types: [WORKBENCH],
        whenAbsent: "complies",
        cloudDefault: "the notebook stops after 180 minutes",
        evaluate: ({ props }, context) =>
          mustStopWithin(
            props,
            "gceSetup.metadata.idle-timeout-seconds",
            secondsAsMinutes,
            context,
            threeHourDefault(context),
          ),
      },
      {
        types: [LEGACY_RUNTIME],
        whenAbsent: "complies",
        cloudDefault: "the notebook stops after 180 minutes",
        evaluate: ({ props }, context) => [
          ...mustNotEqual(props, "softwareConfig.idleShutdown", false),
          ...mustStopWithin(
            props,
            "softwareConfig.idleShutdownTimeout",
            plainMinutes,
            context,
            threeHourDefault(context),
          ),
        ],
      },
      {
        types: [COLAB_TEMPLATE],
        whenAbsent: "violates",
        cloudDefault: "not documented, so it must be set",
        evaluate: ({ props }, context) =>
          mustStopWithin(props, "idleShutdownConfig.idleTimeout", secondsAsMinutes, context, {
            absent: "violates",
          }),
      },
    ],
    azure: [
      {
        types: [AZURE_ML_COMPUTE],
        whenAbsent: "violates",
        cloudDefault: "compute instances never stop by themselves",
        evaluate: ({ props }, context) =>
          onCompute(
            props,
            ["ComputeInstance"],
            mustStopWithin(props, "properties.properties.idleTimeBeforeShutdown", isoMinutes, context, {
              absent: "violates",
            }),
          ),
      },
    ],
  },
};

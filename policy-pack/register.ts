/** What the policies of one pack share: the settings that the first ones read from their configuration. */
import type { Control } from "./control.ts";
import { type Exemption, findExemption, judgeExemptions, toDay } from "./exemptions.ts";
import { EVERYTHING, judgeSelection, type Selection, selectsControl, selectsType } from "./selection.ts";

/** The settings in force. The server hands to each policy its own configuration only. */
export class Register {
  exemptions: Exemption[] = [];
  selection: Selection = EVERYTHING;
  readonly controls: Control[];
  // Settings are read for each resource and hardly ever change.
  private readonly known = new Map<string, { from: unknown[]; problems: string[] }>();

  constructor(controls: Control[]) {
    this.controls = controls;
  }

  /** Takes the exemptions that hold today. Returns one sentence for each entry that exempts nothing. */
  loadExemptions(entries: unknown): string[] {
    const day = toDay(new Date());
    return this.once("exemptions", [entries, day], () => {
      const { accepted, problems } = judgeExemptions(entries, this.controls, day);
      this.exemptions = accepted;
      return problems;
    });
  }

  /** Takes the selection. Returns one sentence for each fault. */
  loadSelection(configured: Record<string, unknown>): string[] {
    const { frameworks, severities, services } = configured;
    return this.once("selection", [frameworks, severities, services], () => {
      const { selection, problems } = judgeSelection(configured);
      this.selection = selection;
      return problems;
    });
  }

  /** Whether a control is to judge a resource. */
  applies(control: Control, resource: { type: string; urn: string }): boolean {
    if (!selectsControl(this.selection, control) || !selectsType(this.selection, resource.type)) return false;
    return findExemption(this.exemptions, control.id, resource.urn) === undefined;
  }

  private once(setting: string, from: unknown[], read: () => string[]): string[] {
    const known = this.known.get(setting);
    if (known?.from.every((one, index) => one === from[index])) return known.problems;
    const problems = read();
    this.known.set(setting, { from, problems });
    return problems;
  }
}

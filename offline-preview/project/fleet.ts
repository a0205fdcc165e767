// Several projects in one run: the folders that --cwd names, each as it is or by a pattern such as `teams/*`.

import { existsSync, globSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../errors.ts";
import { loadProject, type Project } from "./project.ts";

const PROJECT_FILES = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"];

/**
 * The projects of folders and patterns, sorted by folder. A folder that exists is in the project that it or the nearest
 * folder above it holds; of what a pattern hits, the folders with a Pulumi.yaml are projects, and nothing above them is
 * looked for. A project that is hit twice counts once. A pattern without a project is a mistake of the caller's.
 */
export function findProjects(patterns: string[]): Project[] {
  const byFile = new Map<string, Project>();
  for (const project of patterns.flatMap(projectsOf)) byFile.set(realpathSync(project.file), project);
  return [...byFile.values()].sort((a, b) => (a.root < b.root ? -1 : 1));
}

function projectsOf(pattern: string): Project[] {
  // A folder may have a name that would be a pattern.
  if (existsSync(pattern) || !/[*?[\]{}]/.test(pattern)) return [loadProject(resolve(pattern))];
  const hits = globSync(pattern, { exclude: (path) => basename(path) === "node_modules" });
  const folders = [...new Set(hits.map(folderOf))].filter(isProject);
  if (folders.length === 0) {
    throw new UserError(`--cwd: no folder that ${pattern} stands for has a Pulumi.yaml`);
  }
  return folders.map((folder) => loadProject(resolve(folder)));
}

/** A pattern may end in Pulumi.yaml as well: then it is the file's folder. */
function folderOf(path: string): string {
  return PROJECT_FILES.includes(basename(path)) ? dirname(path) : path;
}

function isProject(folder: string): boolean {
  return statSync(folder).isDirectory() && PROJECT_FILES.some((name) => existsSync(join(folder, name)));
}

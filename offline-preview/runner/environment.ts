// The environment that programs and packs run in: an allow-list, so that no credential of the person or of the CI job
// reaches code that is only previewed.

// What a Node.js process needs to work at all, and what decides how text and time look.
const ALLOWED = [
  "PATH",
  "LANG",
  "LANGUAGE",
  "TZ",
  "TERM",
  "CI",
  "NODE_ENV",
  "SystemRoot",
  "SystemDrive",
  "PATHEXT",
  "ComSpec",
];

/** The variables that a child process gets. `home` is an empty folder, never the user's; temporary files go there too. */
export function childEnvironment(home: string, parent: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const result = homeEnvironment(home);
  for (const name of Object.keys(parent)) {
    const value = parent[name];
    if (value !== undefined && (ALLOWED.includes(name) || name.startsWith("LC_"))) result[name] = value;
  }
  return result;
}

/** The variables that name a home folder and a folder for temporary files, on every system. */
export function homeEnvironment(home: string): Record<string, string> {
  return { HOME: home, USERPROFILE: home, TMPDIR: home, TEMP: home, TMP: home };
}

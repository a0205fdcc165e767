/** The script that a notebook's machine runs as root at every start. It holds no secret. */

/** What the script sets up. */
export interface StartupArgs {
  /** Index URL of the package mirror. */
  packageIndexUrl?: string;
  /** URL of the web proxy. */
  proxyUrl?: string;
  /** Git repositories to clone. */
  repositories: string[];
}

/** Names that are reached directly: the metadata server and everything that DNS answers with the restricted address. */
const NO_PROXY = "localhost,127.0.0.1,169.254.169.254,metadata.google.internal,.googleapis.com,.pkg.dev,.gcr.io";

/**
 * SSH forwards to JupyterLab and does nothing else. Otherwise the tunnel that replaces the public proxy would bring back
 * the terminal and the file downloads that are switched off in JupyterLab.
 */
const SSH = `cat > /etc/ssh/sshd_config.d/00-jupyterlab-only.conf <<'EOF'
AllowTcpForwarding local
PermitOpen localhost:8080 127.0.0.1:8080
PermitListen none
AllowStreamLocalForwarding no
AllowAgentForwarding no
X11Forwarding no
PermitTunnel no
PermitTTY no
PermitRootLogin no
ForceCommand /usr/sbin/nologin
EOF
sshd -t
systemctl reload ssh`;

/** The whole script. */
export function startupScript({ packageIndexUrl, proxyUrl, repositories }: StartupArgs): string {
  const parts = ["#!/bin/bash", "set -euo pipefail", SSH];
  if (proxyUrl) parts.push(proxySetup(proxyUrl));
  if (packageIndexUrl) parts.push(pipSetup(packageIndexUrl));
  parts.push(...repositories.map((repository) => cloneOf(repository, proxyUrl)));
  return `${parts.join("\n\n")}\n`;
}

/**
 * The plugin with which pip signs in to the mirror comes from the mirror itself, once, with the machine's own token. A new
 * grant on the mirror takes minutes to work, so it is tried for five; the rest is set up even if it fails.
 */
function pipSetup(indexUrl: string): string {
  const signedIn = indexUrl.replace("https://", `https://oauth2accesstoken:\${token}@`);
  return `for attempt in {1..10}; do
  if [ -e /etc/pip.conf ]; then break; fi
  token=$(curl -sSf -H 'Metadata-Flavor: Google' \\
    http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])') &&
    /opt/conda/bin/pip install --quiet --index-url "${signedIn}" keyring keyrings.google-artifactregistry-auth &&
    printf '[global]\\nindex-url = %s\\n' ${quote(indexUrl)} > /etc/pip.conf ||
    sleep 30
done
[ -e /etc/pip.conf ] || echo "setting pip up failed" >&2`;
}

function proxySetup(proxyUrl: string): string {
  return `mkdir -p /etc/systemd/system/jupyter.service.d
cat > /etc/systemd/system/jupyter.service.d/proxy.conf <<'EOF'
[Service]
Environment="HTTPS_PROXY=${proxyUrl}" "HTTP_PROXY=${proxyUrl}" "NO_PROXY=${NO_PROXY}"
Environment="https_proxy=${proxyUrl}" "http_proxy=${proxyUrl}" "no_proxy=${NO_PROXY}"
EOF
systemctl daemon-reload
systemctl try-restart jupyter.service`;
}

/** A failed clone is no reason to leave the machine half set up: it is tried again at the next start. */
function cloneOf(repository: string, proxyUrl?: string): string {
  const folder = repository
    .replace(/\/+$/, "")
    .replace(/^.*\//, "")
    .replace(/\.git$/, "");
  const env = proxyUrl ? `env ${quote(`https_proxy=${proxyUrl}`)} ` : "";
  const target = quote(`/home/jupyter/${folder}`);
  return `if [ ! -e ${target} ]; then
  runuser -u jupyter -- ${env}git clone --quiet ${quote(repository)} ${target} || echo "cloning failed" >&2
fi`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

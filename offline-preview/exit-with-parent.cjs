// Loaded first in every child process: when the supervisor is gone, even by SIGKILL, the child goes too. A thread of
// its own watches, because the main thread of a program that never ends does not come round to anything.
const { Worker } = require("node:worker_threads");

// The supervisor passes its own id: it may already be gone when this line runs.
const parent = Number(process.env.PULUMI_OFFLINE_PREVIEW_PARENT);
delete process.env.PULUMI_OFFLINE_PREVIEW_PARENT;

const watch = `
  const { workerData } = require("node:worker_threads");
  setInterval(() => {
    if (process.ppid === workerData) return;
    // With all that this process started, if it leads a process group.
    try {
      process.kill(-process.pid, "SIGKILL");
    } catch {
      process.kill(process.pid, "SIGKILL");
    }
  }, 250);
`;
if (parent > 0) new Worker(watch, { eval: true, execArgv: [], workerData: parent }).unref();

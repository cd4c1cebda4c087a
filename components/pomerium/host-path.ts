/** Folders of the system. Pods and the kubelet do not share them, and a node may not start without them. */
const system = [
  "/bin",
  "/boot",
  "/dev",
  "/etc",
  "/lib",
  "/lib32",
  "/lib64",
  "/proc",
  "/root",
  "/run",
  "/sbin",
  "/snap",
  "/sys",
  "/usr",
  "/var/cache",
  "/var/lib/containerd",
  "/var/lib/docker",
  "/var/lib/etcd",
  "/var/lib/kubelet",
  "/var/lib/rancher",
  "/var/log",
  "/var/run",
  "/var/snap",
];

/** Folders that a node empties. */
const emptied = ["/tmp", "/var/tmp"];

/** Folders whose children belong to different owners: people, programs, disks. */
const parents = ["/", "/home", "/media", "/mnt", "/opt", "/srv", "/var", "/var/lib"];

const isBelow = (folder: string, parent: string): boolean =>
  folder === parent || folder.startsWith(`${parent}/`);

/**
 * Finds out why a folder of the node cannot be the store's. Pomerium's pod makes the store in it and takes the store's
 * ownership, so the folder must not be somebody else's.
 *
 * @returns The problem, as a text to put after the key path; undefined for a valid folder.
 */
export function hostPathProblem(hostPath: string): string | undefined {
  const folder = `/${hostPath
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`;
  const dedicated = "name a folder that is Pomerium's alone, such as /var/lib/pomerium";
  const owner = system.find((each) => isBelow(folder, each));
  if (owner !== undefined) return `is in ${owner}, which belongs to the node's system; ${dedicated}`;
  const lost = emptied.find((each) => isBelow(folder, each));
  if (lost !== undefined)
    return `is in ${lost}, which the node empties when it starts, and every session would be lost; ${dedicated}`;
  if (parents.includes(folder)) return `is a folder for many owners; ${dedicated}`;
  if (/^\/home\/[^/]+$/.test(folder))
    return `is somebody's home folder; name a folder below it, such as ${folder}/pomerium`;
  return undefined;
}

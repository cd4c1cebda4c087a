import { strict as assert } from "node:assert";
import { hostPathProblem } from "../../../../components/pomerium/host-path.ts";

describe("the folder of a node where sessions are kept", () => {
  it("may be any folder that only Pomerium uses", () => {
    for (const folder of [
      "/home/k8s/pomerium/data",
      "/home/k8s/pomerium",
      "/data",
      "/data/pomerium",
      "/srv/pomerium/",
      "/opt/pomerium",
      "/var/lib/pomerium",
      "/mnt/disk1/pomerium",
      "/etcetera/pomerium",
    ])
      assert.equal(hostPathProblem(folder), undefined, folder);
  });

  it("must not be a folder of the system or inside one, in any spelling", () => {
    for (const folder of [
      "/etc",
      "/etc/",
      "//etc",
      "/./etc/pomerium",
      "/usr/share/pomerium",
      "/var/lib/kubelet/x",
    ])
      assert.match(hostPathProblem(folder) ?? "", /belongs to the node's system/, folder);
  });

  it("must not be a folder that a restart empties", () => {
    for (const folder of ["/tmp/pomerium", "/var/tmp/pomerium"])
      assert.match(hostPathProblem(folder) ?? "", /every session would be lost/, folder);
  });

  it("must not be a shared folder or a home folder", () => {
    for (const folder of ["//", "/srv/", "/home", "/var", "/var/lib"])
      assert.match(hostPathProblem(folder) ?? "", /for many owners/, folder);
    for (const folder of ["/home/k8s", "/home/alice/"])
      assert.match(hostPathProblem(folder) ?? "", /home folder; name a folder below it/, folder);
  });
});

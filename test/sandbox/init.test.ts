import { strict as assert } from "node:assert";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { processIo } from "../../cli/io.ts";
import { run } from "../../cli/run.ts";
import { ReadOnlyApi } from "../../components/cluster/api.ts";
import { readInventory } from "../../discovery/inventory.ts";
import { underNginx } from "../../discovery/under-nginx.ts";
import { movesOf } from "../../policies/access/before-pomerium.ts";
import { matrix } from "../../policies/access/matrix/matrix.ts";
import { movesHeadline } from "../../report/before-text.ts";
import { openSandbox, type Sandbox } from "../../sandbox/sandbox.ts";
import { stackFile } from "../../sandbox/stacks.ts";
import { viewOfStack } from "../../stack/access-view.ts";
import { loadFromFile } from "../../stack/load.ts";
import type { Stack } from "../../stack/stack.ts";
import { readStackFile } from "../../stack-file/stack-file.ts";
import { useTools } from "../support/cluster.ts";
import { finished, writtenFrom } from "../unit/discovery/written.ts";

/** Everything about an app that decides where its requests go. */
const essence = ({ apps }: Pick<Stack, "apps">) =>
  Object.fromEntries(
    apps.map(({ name, host, namespace, service, replaces, route, profile }) => [
      name,
      { host, namespace, service, replaces, route, profile },
    ]),
  );

/** Apps of the shipped stacks that ingress-nginx never served. */
const unseen = {
  octavo: ["prometheus", "kubernetes-dashboard", "ddns-updater", "home-assistant"],
  alfred: ["audiobookshelf"],
};

/** What an audit of a shipped stack's cluster begins with, and what it must not leave out. */
const audited = {
  octavo: {
    head: "11 hosts (3 with nothing to decide), 1 controller, nothing blocks",
    lost: "whitelist-source-range verdict: lost protection count: 1",
    controller:
      "Deployment ingress-nginx/ingress-nginx-controller - installed as the Helm release or Application ingress-nginx",
    admitted: { open: 10, headline: "10 of 11 apps were open to everybody, 1 of 16 will be: ddns-updater" },
  },
  alfred: {
    head: "3 hosts (0 with nothing to decide), 1 controller",
    lost: "whitelist-source-range verdict: lost protection count: 1",
    controller: "installed as upstream's manifest (baremetal)",
    admitted: { open: 2, headline: "2 of 3 apps were open to everybody, none will be" },
  },
} as const;

describe("init and audit on a live cluster", function () {
  this.timeout(240_000);
  const tools = useTools();

  for (const stack of ["octavo", "alfred"] as const)
    describe(`before the migration of ${stack}:`, () => {
      const shipped = loadFromFile(stackFile(stack));
      let sandbox: Sandbox;
      let folder: string;
      before(async () => {
        sandbox = await openSandbox(stack, tools());
        folder = mkdtempSync(path.join(tmpdir(), "init-"));
        writeFileSync(path.join(folder, "Pulumi.yaml"), "name: pomerium-migration\nruntime: nodejs\n");
      });
      after(async () => {
        await sandbox?.stop();
        if (folder) rmSync(folder, { recursive: true });
      });

      it("plans the same apps as the shipped file, apart from what nginx never served", async () => {
        const { kubeconfig } = sandbox.cluster;
        const api = await ReadOnlyApi.connect({ context: shipped.cluster.context, kubeconfig });
        const inventory = await readInventory(api);
        assert.deepEqual(inventory.missing, []);
        const own = finished(writtenFrom(inventory));
        const expected = essence(shipped);
        for (const name of unseen[stack]) delete expected[name];
        // The shipped file gives the app the host that it has from now on.
        if (stack === "alfred") expected.grafana!.host = "grafana-alfred.very-very-dark-gray.top";
        // Nobody signs in at the shipped app, which has API paths only; here the admins do.
        if (stack === "octavo") Object.assign(expected.influxdb!.route, { pass_identity_headers: true });
        assert.deepEqual(essence(own), expected);
        assert.deepEqual(own.ingressNginx, { ...shipped.ingressNginx, abandon: {}, keep: {} });
        assert.deepEqual(
          [own.domain, own.certificates.issuer, own.certificates.isExisting],
          [shipped.domain, shipped.certificates.issuer, false],
        );
        assert.equal(own.cluster.uid, sandbox.cluster.uid);
      });

      it("audits the cluster from the command line: hosts, what is lost, and who was let in", async () => {
        const texts: string[] = [];
        const io = { ...processIo(), out: (text: string) => void texts.push(text), cwd: folder };
        const { kubeconfig } = sandbox.cluster;
        const argv = ["audit", "--kubeconfig", kubeconfig, "--context", shipped.cluster.context];
        assert.equal(await run(argv, io), 0);
        const text = texts.join("").replace(/\s+/g, " ");
        const { head, lost, controller, admitted } = audited[stack];
        assert.ok(
          text.startsWith(`Audit of ingress-nginx from context ${shipped.cluster.context}: ${head}`),
          text,
        );
        for (const line of [lost, controller]) assert.ok(text.includes(line), line);
        // A live cluster is known completely.
        assert.doesNotMatch(text, /To change first|Not known/);
        texts.length = 0;
        assert.equal(await run([...argv, "--json"], io), 0);
        const { uid, hosts } = JSON.parse(texts.join("")) as { uid: string; hosts: { today: string[] }[] };
        assert.equal(uid, sandbox.cluster.uid);
        assert.deepEqual(Object.groupBy(hosts, ({ today }) => today.join()).everybody?.length, admitted.open);
        const api = await ReadOnlyApi.connect({ context: shipped.cluster.context, kubeconfig });
        const { apps, directory } = viewOfStack("now", shipped);
        const moves = movesOf(underNginx(await readInventory(api), shipped, "it"), matrix(apps, directory));
        assert.deepEqual([movesHeadline(moves), moves.unknown], [admitted.headline, []]);
      });

      it("writes the file from the command line, and changes nothing in the cluster", async () => {
        const texts: string[] = [];
        const io = { ...processIo(), out: (text: string) => void texts.push(text), cwd: folder };
        const { kubeconfig } = sandbox.cluster;
        const argv = ["init", "home", "--kubeconfig", kubeconfig, "--context", shipped.cluster.context];
        const versions = async () =>
          (
            await sandbox.cluster.api.request<{ items: { metadata: { resourceVersion: string } }[] }>(
              "GET",
              "/apis/networking.k8s.io/v1/ingresses",
            )
          ).items.map(({ metadata }) => metadata.resourceVersion);
        const before = await versions();
        assert.equal(await run(argv, io), 0);
        assert.deepEqual(await versions(), before);
        const { raw } = readStackFile(
          "Pulumi.home.yaml",
          readFileSync(path.join(folder, "Pulumi.home.yaml"), "utf8"),
        );
        assert.deepEqual((raw.cluster as { uid: string }).uid, sandbox.cluster.uid);
        assert.doesNotMatch(texts.join(""), /The export holds none/);
        assert.equal(await run(argv, { ...io, err: () => {} }), 1);
      });
    });
});

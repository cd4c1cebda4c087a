/** The marks by which objects of ingress-nginx are recognised: what their pods run, and their labels. */

/** A pod template, as far as it shows which program runs and how it is configured. */
export interface PodTemplate {
  spec: {
    hostNetwork?: boolean;
    containers: Container[];
    volumes?: { secret?: { secretName?: string } }[];
  };
}

export interface Container {
  image?: string;
  command?: string[];
  args?: string[];
  env?: { name: string; value?: string }[];
}

/** The binary, whatever the image is called. F5's controller for nginx is another program, `nginx-ingress`. */
const binary = /(^|\/)nginx-ingress-controller$/;

/** Images of upstream, of RKE2, of Bitnami and of Chainguard, from any registry. */
const image =
  /(^|\/)(ingress-nginx\/controller(-chroot)?|nginx-ingress-controller(-\w+)?|ingress-nginx-controller(-\w+)?)(:|@|$)/;

/** The command line of a container. A shell line such as `sh -c "/nginx-ingress-controller --ingress-class=x"` holds several words. */
export function wordsOf({ command = [], args = [] }: Container): string[] {
  return [...command, ...args].flatMap((word) =>
    /nginx-ingress-controller\s/.test(word)
      ? word
          .trim()
          .split(/\s+/)
          .map((each) => each.replace(/["']/g, ""))
      : [word],
  );
}

/** Whether a container runs ingress-nginx. */
export function runs(container: Container): boolean {
  return image.test(container.image ?? "") || wordsOf(container).some((word) => binary.test(word));
}

/** Whether pods of the template run ingress-nginx, whatever their labels are. */
export function runsIngressNginx({ spec }: PodTemplate): boolean {
  return spec.containers.some(runs);
}

/** Whether the labels name the program or the chart. A chart may call itself otherwise in one of them. */
export function isLabelledIngressNginx(labels: Labels): boolean {
  return isNamedIngressNginx(labels) || /(^|-)ingress-nginx-\d/.test(labels["helm.sh/chart"] ?? "");
}

type Labels = Readonly<Record<string, string>>;

export function isNamedIngressNginx(labels: Labels): boolean {
  return /(^|-)ingress-nginx$/.test(labels["app.kubernetes.io/name"] ?? "");
}

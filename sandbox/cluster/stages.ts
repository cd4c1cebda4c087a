/**
 * kwok's part of a load balancer: the address that a Service of type LoadBalancer asks for (`spec.loadBalancerIP` or
 * MetalLB's annotation), or else one of its own. 198.18.0.0/15 is set aside for testing, so such an address leads
 * nowhere; its last two numbers are those of the cluster address, which makes it unique.
 *
 * The selector compares wish and status, so a Service that is given another address gets it.
 *
 * @see https://kwok.sigs.k8s.io/docs/user/stages-configuration/
 * @see https://datatracker.ietf.org/doc/html/rfc2544
 */
export const LOAD_BALANCER_STAGE = {
  apiVersion: "kwok.x-k8s.io/v1alpha1",
  kind: "Stage",
  metadata: { name: "service-load-balancer" },
  spec: {
    resourceRef: { apiGroup: "v1", kind: "Service" },
    selector: {
      matchExpressions: [
        { key: ".spec.type", operator: "In", values: ["LoadBalancer"] },
        { key: ".metadata.deletionTimestamp", operator: "DoesNotExist" },
        {
          key: [
            '(.metadata.annotations["metallb.io/loadBalancerIPs"] // .spec.loadBalancerIP',
            '// ("198.18." + (.spec.clusterIP | ltrimstr("10.96.")))) == .status.loadBalancer.ingress[0].ip | tostring',
          ].join(" "),
          operator: "In",
          values: ["false"],
        },
      ],
    },
    next: {
      statusTemplate: [
        "{{ $annotations := or .metadata.annotations dict }}",
        '{{ $own := printf "198.18.%s" (trimPrefix "10.96." .spec.clusterIP) }}',
        "loadBalancer:",
        "  ingress:",
        '  - ip: {{ or (index $annotations "metallb.io/loadBalancerIPs") .spec.loadBalancerIP $own | Quote }}',
        "",
      ].join("\n"),
    },
  },
};
